import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "stowage-servers/test";
import { describe, expect, test } from "vitest";
import { s3Of, Scratch } from "./scratch.ts";

const workspace = join(import.meta.dirname, "../../..");

/**
 * Runs the TypeScript of a document, its blocks one behind the other, as a program that has Stowage installed. `places` says
 * what the addresses in it stand for.
 */
function runExamples(document: string, places: Readonly<Record<string, string>> = {}): string {
  let text = readFileSync(join(workspace, document), "utf8");
  for (const [place, meant] of Object.entries(places)) {
    expect(text).toContain(place);
    text = text.replaceAll(place, meant);
  }
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code as string);
  expect(blocks.length).toBeGreaterThan(0);
  // Inside this package, since that is where the packages can be found by their names.
  const folder = mkdtempSync(join(import.meta.dirname, ".example-"));
  try {
    writeFileSync(join(folder, "example.mts"), blocks.join("\n"));
    const flags = ["--conditions=@stowage/source", "example.mts"];
    return execFileSync(process.execPath, flags, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("the examples run", () => {
  test("of the workspace's README", () => {
    expect(runExamples("README.md")).toContain("Renamed");
  });

  test.each(["core", "fs", "sqlite"])("of %s", (name) => {
    expect(typeof runExamples(`packages/${name}/README.md`)).toBe("string");
  });

  describeWith("redis", "on a server", (server) => {
    test("of redis", async () => {
      await using place = new Scratch("redis", server);
      const places = { "redis://localhost:6379": server.url, '"agents"': JSON.stringify(place.name) };
      expect(typeof runExamples("packages/redis/README.md", places)).toBe("string");
    });
  });

  describeWith("s3", "on a server", (server) => {
    test("of s3", async () => {
      await using place = new Scratch("s3", server);
      const { bucket, endpoint } = s3Of(server.url);
      const places = {
        "http://127.0.0.1:9000": endpoint,
        '"my-bucket"': JSON.stringify(bucket),
        '"agents"': JSON.stringify(place.name),
      };
      expect(typeof runExamples("packages/s3/README.md", places)).toBe("string");
    });
  });
});
