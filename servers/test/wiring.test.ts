import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { startRedis } from "../index.ts";
import { describeInstalled } from "./setup.ts";

const vitest = join(import.meta.dirname, "../../node_modules/vitest/vitest.mjs");
const config = join(import.meta.dirname, "wiring/vitest.config.ts");

const scratch = mkdtempSync(join(tmpdir(), "stowage-wiring-"));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Report {
  readonly code: number;
  readonly passed: number;
  readonly skipped: readonly string[];
  readonly complaint: string;
}

/** Runs the two projects of wiring/ in a run of their own. */
async function run(environment: NodeJS.ProcessEnv): Promise<Report> {
  const env = { ...process.env, REDIS_URL: undefined, STOWAGE_REQUIRE: undefined, ...environment };
  const file = join(scratch, "report.json");
  const args = [vitest, "run", "--config", config, "--reporter", "json", "--outputFile", file];
  const code = await promisify(execFile)(process.execPath, args, { env }).then(
    () => 0,
    (error: { code: number }) => error.code,
  );
  const report = JSON.parse(readFileSync(file, "utf8")) as JsonReport;
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  return {
    code,
    passed: report.numPassedTests,
    skipped: tests.filter(({ status }) => status === "skipped").map(({ fullName }) => fullName),
    complaint: report.testResults.map(({ message }) => message).join("\n"),
  };
}

interface JsonReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const sentence = "redis-server is not installed: as root run apt-get install redis-server, or set REDIS_URL";

describe("a run without a server", () => {
  it("skips by name and says why", async () => {
    const { code, passed, skipped } = await run({ PATH: scratch });
    expect({ code, passed }).toEqual({ code: 0, passed: 0 });
    expect(skipped.toSorted()).toEqual([
      `the first project, skipped: ${sentence} writes to the server`,
      `the second project, skipped: ${sentence} reads what the first project wrote`,
    ]);
  });

  it("fails where the server is required", async () => {
    const { code, complaint } = await run({ PATH: scratch, STOWAGE_REQUIRE: "redis" });
    expect(code).toBe(1);
    expect(complaint).toContain(`Cannot test "redis", which is required: ${sentence}`);
  });

  it("fails where a server that is installed does not start", async () => {
    const { code, complaint } = await run({ REDIS_SERVER: "/bin/false" });
    expect(code).toBe(1);
    expect(complaint).toContain('Cannot start "/bin/false": it ended with code 1');
  });
});

await describeInstalled("redis", "a run with a server", () => {
  it("starts it once for all projects", async () => {
    expect(await run({})).toMatchObject({ code: 0, passed: 2, skipped: [] });
  });

  it("uses the one that the environment names, and lets it run", async () => {
    const server = await startRedis();
    expect(await run({ REDIS_URL: server.url, PATH: "" })).toMatchObject({ code: 0, passed: 2 });
    expect(server.node.pid).toBeDefined();
    await server.stop();
  });
});
