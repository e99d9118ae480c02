import type { Progress } from "@stowage/migrate";
import { createLogUpdate } from "log-update";
import { formatBytes, formatCount } from "./format.ts";
import type { Output, OutputStream } from "./io.ts";

const barWidth = 24;
const redrawMs = 80;
const verbWidth = 9;

const verbs: Readonly<Record<Progress["phase"], string>> = {
  plan: "planning",
  copy: "copying",
  verify: "comparing",
  digest: "reading",
  census: "counting",
};

/** Where progress goes: the stream, and what is known of it. */
export interface Screen {
  readonly err: Output;
  readonly io: { readonly stderr: OutputStream };
}

/** Runs a step of a migration with one line on stderr that tells how far it is. */
export function withProgress<T>(
  screen: Screen,
  step: (onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  return withLine(screen, (show) => step((progress) => show(() => progressLine(screen.err, progress))));
}

/** Runs a step that may show one line on stderr, a new one in place of the old; nothing is shown where stderr can't take it back. */
export async function withLine<T>(
  screen: Screen,
  step: (show: (line: () => string) => void) => Promise<T>,
): Promise<T> {
  if (!screen.err.hasLine) return step(() => {});
  // Node's own stream or a test's; the line is drawn with nothing but `write`, `isTTY` and `columns`.
  const update = createLogUpdate(screen.io.stderr as NodeJS.WriteStream, { showCursor: true });
  let drawnAt = 0;
  try {
    return await step((line) => {
      const now = Date.now();
      if (now - drawnAt < redrawMs) return;
      drawnAt = now;
      update(line());
    });
  } finally {
    update.clear();
  }
}

/** `copying   ██████──────  1,024 of 1,524 records · 1.2 MB` */
function progressLine(out: Output, { phase, records, recordsTotal, bytes }: Progress): string {
  const verb = verbs[phase].padEnd(verbWidth);
  if (!recordsTotal) return `${verb}  ${formatCount(records)} records · ${formatBytes(bytes)}`;
  return `${verb}  ${bar(out, records / recordsTotal)}  ${formatCount(records)} of ${formatCount(recordsTotal)} records · ${formatBytes(bytes)}`;
}

/** `██████──────`: how much of something is done, from 0 to 1. */
export function bar(out: Output, part: number): string {
  const filled = Math.min(barWidth, Math.floor(part * barWidth));
  return out.style("cyan", "█".repeat(filled)) + out.style("dim", "─".repeat(barWidth - filled));
}
