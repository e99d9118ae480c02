import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { digest, migrate } from "@stowage/migrate";
import { describeWith } from "stowage-servers/test";
import { describe, expect, test } from "vitest";
import { openStorage } from "../src/index.ts";
import { Sandbox } from "./cli.ts";
import { Scratch, serverKinds } from "./scratch.ts";

const corpora = ["opencode-1.1.16", "opencode-1.1.65"];
/** A hop into S3 makes some requests for each record, one after the other for those who share a small machine. */
const timeoutMs = 240_000;

/** Migrates along these URLs, each time to the end, and says whether all that was met on the way had the same digest. */
async function travel(sandbox: Sandbox, urls: readonly string[]): Promise<void> {
  const digests = new Set<string>();
  for (const [index, to] of urls.slice(1).entries()) {
    const argv = ["migrate", urls[index] as string, to, "--apply", "--json"];
    const { code, stdout, stderr } = await sandbox.run(argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { result, comparison, foreign } = JSON.parse(stdout).report;
    expect({ result, equal: comparison.equal, foreign: foreign.count }).toEqual({
      result: "ok",
      equal: true,
      foreign: 0,
    });
    for (const side of [comparison.a, comparison.b]) digests.add(side.digest);
  }
  expect([...digests]).toEqual([expect.stringMatching(/^[\da-f]{64}$/)]);
}

describeWith("redis", "round trips with Redis", (redis) => {
  describeWith("s3", "and S3", (s3) => {
    test.each(corpora)(
      "%s goes fs → redis → s3 → sqlite → fs, and is the same folder",
      async (corpus) => {
        using sandbox = new Sandbox();
        await using one = new Scratch("redis", redis);
        await using other = new Scratch("s3", s3);
        const storage = sandbox.plant(corpus, "data");
        await travel(sandbox, ["fs:data/storage", one.url, other.url, "sqlite:agent.db", "fs:back"]);
        execFileSync("diff", ["-r", storage, sandbox.join("back")]);
      },
      timeoutMs,
    );
  });
});

describeWith("cluster", "round trips with a Cluster", (cluster) => {
  test.each(corpora)(
    "%s goes fs → cluster → fs, and is the same folder",
    async (corpus) => {
      using sandbox = new Sandbox();
      await using place = new Scratch("cluster", cluster);
      const storage = sandbox.plant(corpus, "data");
      await travel(sandbox, ["fs:data/storage", place.url, "fs:back"]);
      execFileSync("diff", ["-r", storage, sandbox.join("back")]);
    },
    timeoutMs,
  );
});

describe.each(serverKinds)("a migration to %s", (kind) => {
  describeWith(kind, "that is killed", (server) => {
    test.each(["copy 1", "copy 63", "verify 1"])("at %j is completed by the next one", async (moment) => {
      using sandbox = new Sandbox();
      await using place = new Scratch(kind, server);
      const source = `fs:${sandbox.plant("sample-1.1.16", "data")}`;
      const program = join(import.meta.dirname, "child/migrate.ts");
      const argv = ["--conditions=@stowage/source", program, source, place.url, ...moment.split(" ")];
      expect(spawnSync(process.execPath, argv, { stdio: ["ignore", "ignore", "inherit"] }).signal).toBe("SIGKILL");

      await using from = await openStorage(source, { readonly: true });
      await using to = await openStorage(place.url);
      const report = await migrate(from, to);
      expect(report).toMatchObject({ result: "ok", comparison: { equal: true }, different: { count: 0 } });
      expect(report.created.records + report.equal.records).toBe(169);
      expect(report.equal.records).toBeGreaterThan(0);
      expect((await digest(to)).digest).toBe((await digest(from)).digest);
    });
  });
});
