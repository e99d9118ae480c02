/**
 * Takes a folder that OpenCode 1.1.16 wrote, moves it into other backends and back into files, and shows that nothing was
 * lost. Works on a copy in `.stowage-demo`, which each run makes anew and leaves behind to look at.
 */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isStorageError, type Store } from "@stowage/core";
import { type Comparison, migrate, type Report, verify } from "@stowage/migrate";
import { formatBytes, formatCount, formatDuration } from "../src/cli/format.ts";
import { Output } from "../src/cli/io.ts";
import { withProgress } from "../src/cli/progress.ts";
import { renderTable } from "../src/cli/table.ts";
import { openStorage } from "../src/index.ts";
import { type Absent, type Backend, backendsIn } from "./backends.ts";

const workspace = fileURLToPath(new URL("../../../", import.meta.url));
const folder = ".stowage-demo";
const path = `${workspace}${folder}`;
const out = new Output(process.stdout, process.env);
const screen = { err: new Output(process.stderr, process.env), io: { stderr: process.stderr } };

/** From files into a backend and back, each step compared on its own and the end with the beginning. */
interface Trip {
  readonly name: string;
  readonly there: Report;
  readonly back: Report;
  readonly comparison: Comparison;
}

process.exitCode = await demo();

async function demo(): Promise<number> {
  await out.line(out.style("bold", "Agent sessions, moved from files into other backends and back"));
  await out.line("The source is a storage folder as a real OpenCode 1.1.16 server wrote it.");
  await out.line("The last columns count the records that came back with the same bytes.\n");
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  cpSync(`${workspace}fixtures/opencode-1.1.16/storage`, `${path}/source`, { recursive: true });

  await using source = await openStorage(`fs:${path}/source`, { create: false, readonly: true });
  const trips: Trip[] = [];
  const absent: Absent[] = [];
  for (const backend of await backendsIn(path)) {
    const trip = "reason" in backend ? backend : await travel(source, backend);
    if ("reason" in trip) absent.push(trip);
    else trips.push(trip);
  }
  const isSame = trips.every(
    ({ there, back, comparison }) => comparison.equal && there.comparison?.equal && back.comparison?.equal,
  );
  await out.write(kindsTable(trips));
  await out.write(lines(trips));
  await out.line(
    isSame
      ? out.style("green", "identical       every name, every byte, and the migration marker")
      : out.style("red", "different       please report this"),
  );
  for (const { name, reason } of absent) await out.line(`${`without ${name}`.padEnd(16)}${reason}`);
  await out.write(nextSteps(trips));
  return isSame ? 0 : 1;
}

/** Where a server of somebody's can't be used, why not. */
async function travel(source: Store, { name, url, stop }: Backend): Promise<Trip | Absent> {
  try {
    await using backend = await openStorage(url);
    await using restored = await openStorage(`fs:${path}/${restoredFrom(name)}`);
    // On a server that is somebody's, an earlier run that was interrupted may have left something.
    await backend.removePrefix([]);
    const there = await withProgress(screen, (onProgress) => migrate(source, backend, { onProgress }));
    const back = await withProgress(screen, (onProgress) => migrate(backend, restored, { onProgress }));
    const comparison = await withProgress(screen, (onProgress) => verify(source, restored, { onProgress }));
    if (name !== "SQLite") await backend.removePrefix([]);
    return { name, there, back, comparison };
  } catch (error) {
    if (isStorageError(error)) return { name, reason: error.message };
    throw error;
  } finally {
    await stop();
  }
}

function restoredFrom(name: string): string {
  return `from-${name.toLowerCase()}`;
}

/** How many records of each kind came back identical, by the backend that they went through. */
function kindsTable(trips: readonly Trip[]): string {
  const columns = [
    { title: "kind" },
    { title: "records", align: "right" },
    { title: "size", align: "right" },
    ...trips.map(({ name }) => ({ title: `via ${name}`, align: "right" }) as const),
  ] as const;
  // All trips began with the same records.
  const { kinds, a } = (trips[0] as Trip).comparison;
  const rows = kinds.map((kind) => [
    kind.kind,
    formatCount(kind.a.records),
    formatBytes(kind.a.bytes),
    ...trips.map(({ comparison }) => formatCount(comparison.kinds.find((one) => one.kind === kind.kind)?.equal ?? 0)),
  ]);
  const equal = trips.map(({ comparison }) => comparison.kinds.reduce((sum, kind) => sum + kind.equal, 0));
  const total = ["total", formatCount(a.records), formatBytes(a.bytes), ...equal.map(formatCount)];
  return renderTable(out, columns, [...rows, total], true);
}

function lines(trips: readonly Trip[]): string {
  const before = trips[0]?.comparison.a.digest;
  return [
    ...trips.flatMap(({ name, there, back }) => [
      `${`files → ${name}`.padEnd(16)}${speed(there)}`,
      `${`${name} → files`.padEnd(16)}${speed(back)}`,
    ]),
    `digest before   ${before}`,
    ...[...new Set(trips.map(({ comparison }) => comparison.b.digest))].map((digest) => `digest after    ${digest}`),
    "",
  ].join("\n");
}

/** The time has the comparison in it, which reads both stores once more. */
function speed({ created, startedAt, finishedAt }: Report): string {
  const ms = Date.parse(finishedAt) - Date.parse(startedAt);
  const perSecond = formatBytes(Math.round((created.bytes / Math.max(1, ms)) * 1000));
  return `${formatCount(created.records)} records copied and compared in ${formatDuration(ms)}, ${perSecond}/s`;
}

function nextSteps(trips: readonly Trip[]): string {
  const command = "npx --yes pnpm@12 --silent stowage";
  const folders = trips.map(({ name }) => restoredFrom(name));
  return `
In ${folder} are ${new Intl.ListFormat("en").format(["agent.db", ...folders])}.
Look around:
  ${command} stat sqlite:${folder}/agent.db
  ${command} ls fs:${folder}/${folders[0]} session
  ${command} where
`;
}
