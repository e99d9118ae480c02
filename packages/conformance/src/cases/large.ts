import assert from "node:assert/strict";
import type { BatchOp, Capabilities, Key } from "@stowage/core";
import type { Case } from "../case.ts";
import { meanwhile, numbered, refused } from "../expect.ts";
import { checkWhole, noAtomic } from "./batch.ts";
import { checkOneWinner, noRemoves } from "./conditions.ts";
import { notShared } from "./racing.ts";
import { add, type Counter, noUpdates as noConditions } from "./update.ts";

const key: Key = ["large"];

/** Beyond 64 KiB, 1 MiB, and 5 MiB: from there on files, servers, and clients take another way for a text. */
const lengths = [200 * 1024, 1200 * 1024, 5300 * 1024] as const;
const racingLengths = lengths.slice(0, 2);

function tooShort({ limits }: Capabilities): string | undefined {
  return limits.valueBytes < lengths[0] + 100 ? "the backend holds no texts of 200 KiB" : undefined;
}

/** Those of some lengths that the backend holds, with some characters around. */
function held({ limits }: Capabilities, some: readonly number[]): readonly number[] {
  return some.filter((length) => length + 100 <= limits.valueBytes);
}

/** A text that shows when a part of it belongs to another one. */
function long(who: string | number, length: number): string {
  const unit = `${who} `;
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
}

/** Compares without a word of the texts, which nobody could read. */
function assertSame(found: unknown, expected: string, detail: string): void {
  assert.ok(found === expected, `${detail}: a text of ${expected.length} characters`);
}

const write = (at: Key, value: unknown): BatchOp => ({ type: "write", key: at, value });

/** Long texts where several handles are at work, and batches that are large in any way. */
export const largeCases: readonly Case[] = [
  {
    id: "RECORD-032",
    law: "R3",
    title: "readers see a whole value while two handles rewrite a record with long texts",
    profile: "full",
    when: tooShort,
    async run({ store, open, capabilities, scale }) {
      const [other, reader] = [await open(), await open()];
      for (const length of held(capabilities, racingLengths)) {
        // Each has a length of its own, so that the tail of one behind another shows as well.
        const texts = Array.from({ length: 8 }, (_, turn) => long(turn, length + turn));
        await store.write(key, texts[0]);
        const rewrite = async (handle: typeof store, from: number): Promise<void> => {
          for (let turn = from; turn < 8 * scale; turn += 2) await handle.write(key, texts[turn % 8]);
        };
        await meanwhile(Promise.all([rewrite(store, 0), rewrite(other, 1)]), async () => {
          const found = await reader.read<string>(key);
          assertSame(found, texts[Number.parseInt(found, 10)] as string, "parts of several values are in one");
        });
      }
    },
  },
  {
    id: "VERSION-048",
    law: "V2",
    title: "conditions hold for long texts as for short ones",
    profile: "full",
    when: (capabilities) => noConditions(capabilities) ?? tooShort(capabilities),
    async run({ store, open, capabilities }) {
      const other = await open();
      for (const length of held(capabilities, lengths)) {
        const [first, second, late] = ["first", "second", "late"].map((who) => long(who, length)) as [
          string,
          string,
          string,
        ];
        await store.remove(key);
        const { version: ifVersion } = await store.put(key, first, { ifVersion: null });
        assert.equal((await refused(other.put(key, late, { ifVersion: null }), "CONFLICT")).currentVersion, ifVersion);
        assertSame(await store.read(key), first, "a second creator replaced it");
        const { version } = await other.put(key, second, { ifVersion });
        for (const text of [late, "late and short"]) {
          assert.equal((await refused(store.put(key, text, { ifVersion }), "CONFLICT")).currentVersion, version);
        }
        if (noRemoves(capabilities) === undefined) await refused(store.remove(key, { ifVersion }), "CONFLICT");
        assertSame(await store.read(key), second, "a call on a former version changed it");
        await other.remove(key);
        assert.equal((await refused(store.put(key, late, { ifVersion: version }), "CONFLICT")).currentVersion, null);
      }
    },
  },
  {
    id: "VERSION-049",
    law: "V3",
    title: "of writers of long texts on one version at once exactly one wins, and of creators too",
    profile: "full",
    when: (capabilities) => notShared(capabilities) ?? tooShort(capabilities),
    async run({ store, open, capabilities }) {
      const handles = [store, await open()];
      for (const length of held(capabilities, racingLengths)) {
        const { version } = await store.put(key, "start");
        for (const [at, ifVersion] of [
          [key, version],
          [["made", `${length}`], null],
        ] as const) {
          const texts = Array.from({ length: 4 }, (_, i) => long(i, length));
          const ends = await Promise.allSettled(
            texts.map((text, i) => (handles[i % 2] as typeof store).put(at, text, { ifVersion })),
          );
          checkOneWinner(ends);
          const winner = texts[ends.findIndex((end) => end.status === "fulfilled")] as string;
          assertSame(await store.read(at), winner, "what the winner wrote is not there");
        }
      }
    },
  },
  {
    id: "UPDATE-027",
    law: "R4",
    title: "updates of a long text by several handles at once all count",
    profile: "full",
    when: (capabilities) => notShared(capabilities) ?? tooShort(capabilities),
    async run({ store, open, capabilities }) {
      const handles = [store, await open(), await open()];
      for (const length of held(capabilities, racingLengths)) {
        await store.write(key, { count: 0, filler: long("filler", length) });
        const work = handles.map(async (handle) => {
          for (let i = 0; i < 3; i++) await handle.update<Counter>(key, add);
        });
        await Promise.all(work);
        const { count, filler } = await store.read<Counter & { readonly filler: string }>(key);
        assert.equal(count, 9);
        assertSame(filler, long("filler", length), "the rest of it has changed");
      }
    },
  },
  {
    id: "BATCH-027",
    law: "M3",
    title: "a reader never sees an atomic batch of long texts half done",
    profile: "full",
    when: (capabilities) => noAtomic(capabilities) ?? tooShort(capabilities),
    async run(context) {
      // Two that are long by themselves, and several that are it together.
      const keys = [...numbered(["n"], 2), ...numbered(["n", "more"], 2)];
      for (const length of held(context.capabilities, racingLengths)) {
        await checkWhole(context, keys, 4 * context.scale, length);
      }
    },
  },
  {
    id: "BATCH-028",
    law: "M3",
    title: "a reader never sees an atomic batch of 1,001 operations half done",
    profile: "full",
    when: noAtomic,
    run: (context) => checkWhole(context, numbered(["n"], 1001), 4 * context.scale),
  },
  {
    id: "BATCH-029",
    law: "M3",
    title: "a reader never sees half of an atomic batch that writes and removes in two places",
    when: noAtomic,
    async run({ store, open, scale }) {
      const reader = await open();
      const turns = 12 * scale;
      const turnKey: Key = ["a", "turn"];
      // That one of the writes changes nothing stops no other.
      const same: Key = ["a", "same"];
      const token = (turn: number): Key => ["b", "deep", `${turn}`];
      const advance = (turn: number): Promise<void> => {
        const gone: BatchOp = { type: "remove", key: token(turn - 1) };
        return store.batch([write(same, "same"), write(turnKey, turn), gone, write(token(turn), turn)], {
          atomic: true,
        });
      };
      await advance(0);
      const writer = async (): Promise<void> => {
        for (let turn = 1; turn <= turns; turn++) await advance(turn);
      };
      const isThere = async (turn: number): Promise<boolean> => (await reader.get(token(turn))) !== undefined;
      // Each thing that a turn does is told by the others, once it was seen.
      await meanwhile(writer(), async () => {
        const turn = await reader.read<number>(turnKey);
        assert.ok(!(await isThere(turn - 1)), `turn ${turn} wrote and has not removed`);
        const isGone = !(await isThere(turn));
        const later = await reader.read<number>(turnKey);
        assert.ok(!isGone || later > turn, `turn ${turn} has not written all, or the next has removed and not written`);
        const isNext = await isThere(later + 1);
        const latest = await reader.read<number>(turnKey);
        assert.ok(!isNext || latest > later, `turn ${later + 1} wrote in one place and not in the other`);
      });
      assert.deepEqual(await store.list([]), [same, turnKey, token(turns)]);
    },
  },
];
