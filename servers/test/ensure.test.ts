import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ensure } from "../ensure.ts";
import { requirement } from "../required.ts";

afterEach(() => void vi.unstubAllEnvs());

describe("what is not installed", () => {
  it("is named, with the way out, where nothing can be installed", async () => {
    const empty = mkdtempSync(join(tmpdir(), "stowage-path-"));
    vi.stubEnv("PATH", empty);
    expect(await ensure("redis")).toEqual({
      ok: false,
      missing: "redis-server is not installed: as root run apt-get install redis-server, or set REDIS_URL",
    });
    expect(await ensure("s3")).toEqual({
      ok: false,
      missing: "ceph is not installed: as root run apt-get install radosgw ceph-mon ceph-osd, or set S3_ENDPOINT",
    });
    rmSync(empty, { recursive: true });
  });
});

describe("a requirement", () => {
  it("goes to the tests by their environment", () => {
    expect(requirement(["redis", "s3"])).toEqual({ STOWAGE_REQUIRE: "redis,s3" });
  });

  it.each([
    ["reddis", 'Cannot require "reddis": did you mean "redis"'],
    ["postgres", 'Cannot require "postgres": there are redis, s3, runtimes'],
    ["", 'Cannot require "": there are redis, s3, runtimes'],
  ])("of %o is refused", (word, message) => {
    expect(() => requirement(["redis", word])).toThrow(new Error(message));
  });
});
