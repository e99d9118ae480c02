import assert from "node:assert/strict";
import type { Key } from "@stowage/core";
import type { Child, Context, Harness } from "./case.ts";
import { numbered } from "./expect.ts";
import { makeBackend } from "./made.ts";
import { Session } from "./session.ts";

/**
 * Lets processes add to one record, each so many times, and rejects unless every increment counts: PROCESS-001 in any size.
 * The backend needs `process`.
 */
export async function incrementTest(
  harness: Harness,
  { processes, times }: { readonly processes: number; readonly times: number },
): Promise<void> {
  await withContext(harness, async ({ store, spawn }) => {
    await store.write(["counter"], { count: 0 });
    const children = await spawnAll(processes, () => spawn("increment", { key: ["counter"], times }));
    await Promise.all(children.map((child) => child.run()));
    assert.deepEqual(await store.read(["counter"]), { count: processes * times });
  });
}

/**
 * Lets processes race to create records, one after the other, and rejects unless each record has exactly one creator:
 * PROCESS-002 in any size. The backend needs `process`.
 *
 * @param rounds - how many records.
 */
export async function creatorTest(
  harness: Harness,
  { processes, rounds }: { readonly processes: number; readonly rounds: number },
): Promise<void> {
  await withContext(harness, async ({ store, spawn }) => {
    const keys: readonly Key[] = numbered(["race"], rounds);
    const children = await spawnAll(processes, (me) => spawn("create", { keys, me }));
    // Cast: what the task resolves to.
    const won = (await Promise.all(children.map((child) => child.run()))) as number[][];
    const winners = keys.map((_, index) => won.flatMap((indexes, me) => (indexes.includes(index) ? [{ me }] : [])));
    for (const [index, found] of winners.entries()) assert.equal(found.length, 1, `creators of record ${index}`);
    assert.deepEqual(await store.readMany(keys), winners.flat());
  });
}

function spawnAll(count: number, spawn: (me: number) => Promise<Child>): Promise<Child[]> {
  return Promise.all(Array.from({ length: count }, (_, me) => spawn(me)));
}

async function withContext(harness: Harness, body: (context: Context) => Promise<void>): Promise<void> {
  const backend = await makeBackend(harness);
  try {
    const session = new Session(backend, { scale: 1, seed: 1 });
    try {
      await body(await session.context());
    } finally {
      await session.end();
    }
  } finally {
    await backend.destroy();
  }
}
