import assert from "node:assert/strict";
import { type Case, type Context, type CrashPoint, crashCasesAt, type SpawnOptions } from "@stowage/conformance";
import type { S3ServerOptions } from "@stowage/s3";
import type { Death } from "stowage-servers/deadly";
import { clientFor, keysBelow, removeBelow } from "./setup.ts";

type Row = readonly [id: string, act: CrashPoint["act"], moment: string, death: Death, leaves: CrashPoint["leaves"]];

/** Requests about what a store holds; those of a probe, which comes before, are about other objects. */
const put = "^PUT \\S+/(act|mark)\\b";
const remove = "^DELETE \\S+/act/";
const removeMany = "^POST \\S+\\?delete";
const probePut = "^PUT \\S+/\\.stowage/probe-";
const probeRemove = "^DELETE \\S+/\\.stowage/probe-";
const markerPut = "^PUT \\S+/migration\\b";

const beforeRequest = "before its request reaches the server";
const afterRequest = "when the server has done it, and before it hears of it";

const rows: readonly Row[] = [
  ["S3-001", "replace", beforeRequest, { on: put, when: "before" }, "old"],
  ["S3-002", "replace", "when the server has half of the text", { on: put, when: { pass: 8000 } }, "old"],
  ["S3-003", "replace", afterRequest, { on: put, when: "after" }, "new"],
  ["S3-004", "create", "when the server has half of the text", { on: put, when: { pass: 8000 } }, "old"],
  ["S3-005", "create", afterRequest, { on: put, when: "after" }, "new"],
  ["S3-006", "createIf", beforeRequest, { on: put, when: "before" }, "old"],
  ["S3-007", "createIf", afterRequest, { on: put, when: "after" }, "new"],
  ["S3-008", "replaceIf", "between its read and its write", { on: put, when: "before" }, "old"],
  ["S3-009", "replaceIf", afterRequest, { on: put, when: "after" }, "new"],
  ["S3-010", "update", "between its read and its write", { on: put, when: "before" }, "old"],
  ["S3-011", "update", afterRequest, { on: put, when: "after" }, "new"],
  ["S3-012", "remove", beforeRequest, { on: remove, when: "before" }, "old"],
  ["S3-013", "remove", afterRequest, { on: remove, when: "after" }, "new"],
  ["S3-014", "batch", "in the middle of its writes", { on: put, when: "before", skip: 1 }, "either"],
  ["S3-015", "batch", "between its writes and its removes", { on: removeMany, when: "before" }, "either"],
  ["S3-016", "batch", "when the server has done all of it", { on: removeMany, when: "after" }, "new"],
  ["S3-017", "removePrefix", beforeRequest, { on: removeMany, when: "before" }, "old"],
  ["S3-018", "removePrefix", afterRequest, { on: removeMany, when: "after" }, "new"],
  ["S3-019", "mark", beforeRequest, { on: put, when: "before" }, "old"],
  ["S3-020", "mark", afterRequest, { on: put, when: "after" }, "new"],
];

const module = new URL("./dying.ts", import.meta.url).href;

function dyingAt(death: Death): SpawnOptions {
  return { recipe: { module, factory: "dyingS3", options: { death } } };
}

async function diesOpening({ spawn }: Context, death: Death): Promise<void> {
  await assert.rejects(spawn("actOnly", { act: "read" }, dyingAt(death)), /SIGKILL/);
}

/** What lies below the prefix of a store, by names. `clear`: what begins with this is removed. */
async function objectsOf({ options }: Context, clear?: string): Promise<readonly string[]> {
  // The cast: what the harness gives to child processes.
  const server = options as unknown as S3ServerOptions & { readonly prefix: string };
  const client = clientFor(server);
  try {
    const keys = await keysBelow(client, server.bucket, server.prefix);
    if (clear !== undefined) await removeBelow(client, server.bucket, server.prefix + clear);
    return keys.map((key) => key.slice(server.prefix.length));
  } finally {
    client.destroy();
  }
}

/** A death in the middle of a probe: what is left of it is no record, and in nobody's way. */
function probeCase(id: string, moment: string, death: Death): Case {
  return {
    id,
    law: "R6",
    title: `a process killed ${moment} leaves nothing that is listed, and tells of what it leaves as no record`,
    profile: "full",
    async run(context) {
      const { store, open } = context;
      await store.write(["a"], 1);
      await diesOpening(context, death);
      try {
        const later = await open();
        assert.deepEqual(await later.list([]), [["a"]]);
        await later.write(["b"], 2);
        assert.equal(await later.removePrefix([]), 2);
        for await (const { path, reason } of later.driver.foreign!()) {
          assert.match(path, /^\.stowage\/probe-/);
          assert.equal(reason, "it is of a probe, which is under way or was interrupted");
        }
      } finally {
        await objectsOf(context, ".stowage/");
      }
    },
  };
}

const openingCases: readonly Case[] = [
  probeCase("S3-021", "when it has written the first object of a probe", { on: probePut, when: "after" }),
  probeCase("S3-022", "before it removes the objects of a probe", { on: probeRemove, when: "before" }),
  {
    id: "S3-023",
    law: "L4",
    title: "a process that makes a store, killed before it writes the marker, leaves nothing",
    profile: "full",
    async run(context) {
      await objectsOf(context, "migration");
      await diesOpening(context, { on: markerPut, when: "before" });
      assert.deepEqual(await objectsOf(context), []);
      assert.equal(await (await context.open()).driver.getMarker("migration"), "2");
    },
  },
  {
    id: "S3-024",
    law: "L4",
    title: "a process that makes a store, killed when the server has the marker, leaves a whole store",
    profile: "full",
    async run(context) {
      await objectsOf(context, "migration");
      await diesOpening(context, { on: markerPut, when: "after" });
      assert.deepEqual(await objectsOf(context), ["migration"]);
      const store = await context.open();
      await store.write(["a"], 1);
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  },
];

/** Processes that are killed at a moment of their talk with a server on loopback, each with what they leave. */
export const s3CrashCases: readonly Case[] = [
  ...crashCasesAt(
    rows.map(([id, act, moment, death, leaves]) => ({ id, act, moment, leaves, options: dyingAt(death) })),
  ),
  ...openingCases,
];
