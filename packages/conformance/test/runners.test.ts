import { execFile } from "node:child_process";
import { join } from "node:path";
import { cases, conformance, type Harness, memoryHarness, type Runner } from "@stowage/conformance";
import { describe, expect, it, vi } from "vitest";

const program = join(import.meta.dirname, "runners/node.ts");

function runUnderNode(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  // It would print in another form, as the child of a test runner.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const flags = ["--conditions=@stowage/source", "--test-reporter=tap", program, ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, flags, { env }, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout });
    });
  });
}

describe("node:test", () => {
  it("shows each case as a test of its own, and why one was skipped", async () => {
    const { code, output } = await runUnderNode("sound", "RECORD-001", "UPDATE-018");
    expect(output).toMatch(/^ *ok 1 - RECORD-001 \(R1\) /m);
    expect(output).toMatch(/^ *ok 2 - UPDATE-018 \(V4\) .* # SKIP the backend claims conditions$/m);
    expect(code).toBe(0);
  });

  it("fails with the id of the case", async () => {
    const { code, output } = await runUnderNode("forgetful", "RECORD-001", "LIST-001");
    expect(output).toMatch(/^ *not ok 1 - RECORD-001 \(R1\) /m);
    expect(output).toMatch(/^ *ok 2 - LIST-001 \(R6\) /m);
    expect(code).toBe(1);
  });
});

/** What is registered with a runner that gives its tests nothing, as bun:test does. */
function registered(only: readonly string[], timeoutMs?: number): readonly Parameters<Runner["it"]>[] {
  const tests: Parameters<Runner["it"]>[] = [];
  const runner: Runner = { describe: (_, body) => body(), it: (...test) => tests.push(test) };
  conformance(memoryHarness(), runner, { only, ...(timeoutMs !== undefined && { timeoutMs }) });
  return tests;
}

describe("a runner that can't skip a test that has begun", () => {
  it("has the console say what was skipped", async () => {
    const said = vi.spyOn(console, "info").mockImplementation(() => {});
    try {
      for (const [, body] of registered(["RECORD-001", "UPDATE-018"])) await body();
      expect(said.mock.calls).toEqual([["skipped: UPDATE-018: the backend claims conditions"]]);
    } finally {
      said.mockRestore();
    }
  });

  it("gets bodies that wait for no callback", () => {
    for (const [, body] of registered(["RECORD-001"])) expect(body).toHaveLength(0);
  });
});

it("a runner is told at once that the cases behind five that did not end are not run, and is red for them", async () => {
  const tests: Parameters<Runner["it"]>[] = [];
  const hung: Harness = { ...memoryHarness(), create: () => new Promise(() => {}) };
  const only = cases.slice(0, 7).map(({ id }) => id);
  conformance(hung, { describe: (_, body) => body(), it: (...test) => tests.push(test) }, { only, timeoutMs: 10 });
  const ends = await Promise.allSettled(tests.slice(0, 5).map(([, body]) => body()));
  expect(ends.map(({ status }) => status)).toEqual(Array(5).fill("rejected"));
  for (const [, body] of tests.slice(5)) {
    await expect(body()).rejects.toThrow("The case was not run: 5 cases before it did not end");
  }
});

it("a runner's own limit is beyond that of a case", () => {
  expect(registered(["RECORD-001"], 7_000)[0]?.[2]).toBeGreaterThan(7_000);
  expect(registered(["RECORD-001"])[0]?.[2]).toBeGreaterThan(60_000);
});
