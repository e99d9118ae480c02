import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brokenDrivers, cases, type Proof, proveSuite } from "@stowage/conformance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemsOf, proofBackends, readRecord, witnesses } from "../../../scripts/proof-record.ts";

describe("the suite can fail", () => {
  const record = readRecord();
  const witnessOf = witnesses(record);
  const folder = mkdtempSync(join(tmpdir(), "stowage-proof-"));
  let proof: Proof;

  beforeAll(async () => {
    const wanted = Object.fromEntries(brokenDrivers.map(({ id, killedBy }) => [id, new Set([killedBy])]));
    for (const [id, { id: witness }] of witnessOf) wanted[witness]?.add(id);
    const extent = Object.fromEntries(Object.entries(wanted).map(([id, ids]) => [id, [...ids]]));
    proof = await proveSuite({ extent, processes: proofBackends(folder) });
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const { id, title, killedBy } of brokenDrivers) {
    it(`${id} is found by ${killedBy}: a driver that ${title}`, () => {
      expect(proof.faults.find((fault) => fault.id === id)).toMatchObject({ status: "killed" });
    });
  }

  it("each case passes on a sound driver and fails on the broken one that the record names", () => {
    expect(proof.cases.filter(({ isSound }) => !isSound)).toEqual([]);
    const failing = new Map(proof.cases.map(({ id, trippedBy }) => [id, trippedBy]));
    const idle = [...witnessOf].filter(([id, witness]) => failing.get(id)?.includes(witness.id) !== true);
    expect(idle.map(([id, witness]) => `${id} passes on ${witness.id}`)).toEqual([]);
  });

  it("the record is of this suite and leaves no case without a proof or a reason: run `pnpm proof`", () => {
    expect(problemsOf(record)).toEqual([]);
  });

  it("ids of broken drivers are unique, and each names a case that exists", () => {
    expect(new Set(brokenDrivers.map(({ id }) => id)).size).toBe(brokenDrivers.length);
    const known = new Set(cases.map(({ id }) => id));
    expect(brokenDrivers.filter(({ killedBy }) => !known.has(killedBy))).toEqual([]);
  });
});
