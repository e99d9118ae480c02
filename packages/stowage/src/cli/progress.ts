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

/** Runs a step with one line on stderr that tells how far it is; nothing is shown where stderr is no terminal. */
export async function withProgress<T>(
  screen: Screen,
  step: (onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  if (!screen.err.isTerminal) return step(() => {});
  // Node's own stream or a test's; the line is drawn with nothing but `write`, `isTTY` and `columns`.
  const update = createLogUpdate(screen.io.stderr as NodeJS.WriteStream, { showCursor: true });
  let drawnAt = 0;
  try {
    return await step((progress) => {
      const now = Date.now();
      if (now - drawnAt < redrawMs) return;
      drawnAt = now;
      update(progressLine(screen.err, progress));
    });
  } finally {
    update.clear();
  }
}

/** `copying   ██████──────  1,024 of 1,524 records · 1.2 MB` */
function progressLine(out: Output, { phase, records, recordsTotal, bytes }: Progress): string {
  const verb = verbs[phase].padEnd(verbWidth);
  if (!recordsTotal) return `${verb}  ${formatCount(records)} records · ${formatBytes(bytes)}`;
  const filled = Math.min(barWidth, Math.floor((records / recordsTotal) * barWidth));
  const bar = out.style("cyan", "█".repeat(filled)) + out.style("dim", "─".repeat(barWidth - filled));
  return `${verb}  ${bar}  ${formatCount(records)} of ${formatCount(recordsTotal)} records · ${formatBytes(bytes)}`;
}
