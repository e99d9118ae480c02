// Puts every broken driver before every case, which takes minutes, and writes docs/conformance.json and docs/conformance.md.
// With --render it writes the page from the record as it is. With --check it changes nothing and fails when the record, the
// page, and the suite disagree.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { proveSuite } from "@stowage/conformance";
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
const isCheck = process.argv.includes("--check");

async function prove(): Promise<ProofRecord> {
  const folder = mkdtempSync(join(tmpdir(), "stowage-proof-"));
  try {
    const onResult = ({ id, status, trips }: { id: string; status: string; trips: readonly string[] }): void =>
      console.log(`${id} ${status}, makes ${trips.length} cases fail`);
    return recordOf(await proveSuite({ extent: "all", processes: proofBackends(folder), onResult }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (!isCheck && !process.argv.includes("--render")) writeFileSync(recordFile, recordText(await prove()));
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
