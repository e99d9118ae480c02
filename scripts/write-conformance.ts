// Puts every broken driver before every case, which takes minutes, and writes docs/conformance.json and docs/conformance.md.
// With --only BROKEN-001,BROKEN-002 it puts these there anew and keeps the rest of the record. With --render it writes the page
// from the record as it is. With --check it changes nothing and fails when the record, the page, and the suite disagree.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { brokenDrivers, cases, proveSuite, type Trips } from "@stowage/conformance";
import { categoryOf } from "@stowage/conformance/report";
import { conformancePage } from "./conformance-page.ts";
import {
  problemsOf,
  type ProofRecord,
  proofBackends,
  readRecord,
  recordFile,
  recordOf,
  recordText,
} from "./proof-record.ts";

const pageFile = join(import.meta.dirname, "../docs/conformance.md");
const { values } = parseArgs({
  options: { check: { type: "boolean" }, render: { type: "boolean" }, only: { type: "string" } },
});
const isCheck = values.check === true;

async function prove(extent: "all" | Trips): Promise<ProofRecord> {
  const folder = mkdtempSync(join(tmpdir(), "stowage-proof-"));
  try {
    const onResult = ({ id, status, trips }: { id: string; status: string; trips: readonly string[] }): void => {
      if (status !== "skipped") console.log(`${id} ${status}, makes ${trips.length} cases fail`);
    };
    return recordOf(await proveSuite({ extent, processes: proofBackends(folder), onResult }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The record with what some broken drivers make fail now; what became of the others is kept. */
async function provenAnew(ids: readonly string[]): Promise<ProofRecord> {
  const chosen = brokenDrivers.filter(({ id }) => ids.includes(id));
  const all = cases.map(({ id }) => id);
  const extent = chosen.map(({ id, killedBy, base }) => {
    const category = categoryOf(killedBy);
    return [id, base === "process" ? all.filter((one) => categoryOf(one) === category) : all] as const;
  });
  const { trips, hangs } = await prove(Object.fromEntries(extent));
  const old = readRecord();
  const known = brokenDrivers.map(({ id }) => id);
  const merged = (before: ProofRecord["trips"], now: ProofRecord["trips"]): ProofRecord["trips"] =>
    Object.fromEntries(
      known.flatMap((id) => {
        const some = (ids.includes(id) ? now : before)[id];
        return some === undefined ? [] : [[id, some]];
      }),
    );
  return { bases: old.bases, trips: merged(old.trips, trips), hangs: merged(old.hangs, hangs) };
}

if (!isCheck && values.render !== true) {
  const record = values.only === undefined ? await prove("all") : await provenAnew(values.only.split(","));
  writeFileSync(recordFile, recordText(record));
}
const record = readRecord();
const problems = [...problemsOf(record)];
const written = readFileSync(pageFile, "utf8");
const page = conformancePage(record, written);
if (!isCheck) writeFileSync(pageFile, page);
else if (page !== written) problems.push("docs/conformance.md says something else than the suite and the record");
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  if (isCheck) console.error("The proof is not of this suite: run `pnpm proof`");
  process.exitCode = 1;
}
