/**
 * Takes a folder that OpenCode 1.1.16 wrote, moves it into SQLite and back into files, and shows that nothing was
 * lost. Works on a copy in `.stowage-demo`, which each run makes anew and leaves behind to look at.
 */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Comparison, migrate, type Report, verify } from "@stowage/migrate";
import { formatBytes, formatCount, formatDuration } from "../src/cli/format.ts";
import { Output } from "../src/cli/io.ts";
import { withProgress } from "../src/cli/progress.ts";
import { renderTable } from "../src/cli/table.ts";
import { openStorage } from "../src/index.ts";

const workspace = fileURLToPath(new URL("../../../", import.meta.url));
const folder = ".stowage-demo";
const path = `${workspace}${folder}`;
const out = new Output(process.stdout, process.env);
const screen = { err: new Output(process.stderr, process.env), io: { stderr: process.stderr } };

process.exitCode = await demo();

async function demo(): Promise<number> {
  await out.line(out.style("bold", "Agent sessions, moved from files into SQLite and back"));
  await out.line("The source is a storage folder as a real OpenCode 1.1.16 server wrote it.\n");
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  cpSync(`${workspace}fixtures/opencode-1.1.16/storage`, `${path}/source`, { recursive: true });

  await using source = await openStorage(`fs:${path}/source`, { create: false, readonly: true });
  await using database = await openStorage(`sqlite:${path}/agent.db`);
  await using restored = await openStorage(`fs:${path}/restored`);
  const there = await withProgress(screen, (onProgress) => migrate(source, database, { onProgress }));
  const back = await withProgress(screen, (onProgress) => migrate(database, restored, { onProgress }));
  const comparison = await withProgress(screen, (onProgress) => verify(source, restored, { onProgress }));

  const isSame = comparison.equal && there.comparison?.equal === true && back.comparison?.equal === true;
  await out.write(kindsTable(comparison));
  await out.line(`files → SQLite  ${speed(there)}`);
  await out.line(`SQLite → files  ${speed(back)}`);
  await out.line(`digest before   ${comparison.a.digest}`);
  await out.line(`digest after    ${comparison.b.digest}`);
  await out.line(
    isSame
      ? out.style("green", "identical       every name, every byte, and the migration marker")
      : out.style("red", "different       please report this"),
  );
  await out.write(nextSteps());
  return isSame ? 0 : 1;
}

function kindsTable({ kinds, a, b }: Comparison): string {
  const columns = [
    { title: "kind" },
    { title: "records", align: "right" },
    { title: "size", align: "right" },
    { title: "came back", align: "right" },
    { title: "identical", align: "right" },
  ] as const;
  const total = { kind: "total", a, b, equal: kinds.reduce((sum, { equal }) => sum + equal, 0) };
  const rows = [...kinds, total].map((kind) => [
    kind.kind,
    formatCount(kind.a.records),
    formatBytes(kind.a.bytes),
    formatCount(kind.b.records),
    formatCount(kind.equal),
  ]);
  return renderTable(out, columns, rows, true);
}

/** The time has the comparison in it, which reads both stores once more. */
function speed({ created, startedAt, finishedAt }: Report): string {
  const ms = Date.parse(finishedAt) - Date.parse(startedAt);
  const perSecond = formatBytes(Math.round((created.bytes / Math.max(1, ms)) * 1000));
  return `${formatCount(created.records)} records copied and compared in ${formatDuration(ms)}, ${perSecond}/s`;
}

function nextSteps(): string {
  const command = "npx --yes pnpm@12 --silent stowage";
  return `
Both stores are in ${folder}: agent.db and restored. Look around:
  ${command} stat sqlite:${folder}/agent.db
  ${command} ls fs:${folder}/restored session
  ${command} where
`;
}
