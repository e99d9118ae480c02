import assert from "node:assert/strict";
import { type Driver, markerName, memory, Store } from "@stowage/core";
import { digest, migrate, plan, verify } from "@stowage/migrate";
import type { Case, Context } from "../case.ts";
import { noPlant } from "./corrupt.ts";

/** Names and texts: OpenCode's kinds, texts in another layout than ours, names whose order is a trap. */
const texts: Readonly<Record<string, string>> = {
  "session/global/ses_1.json": '{\n  "id": "ses_1"\n}',
  "message/ses_1/msg_1.json": '{"id":"msg_1"}\n',
  "part/msg_1/prt_1.json": '"\\ud800 \u4f1a"',
  "part.json": "[]",
  "part/msg_1.json": "null",
  "x\uffff.json": "1",
  "x\u{10000}.json": "2",
};
const count = Object.keys(texts).length;
const changed = "message/ses_1/msg_1.json";

async function fill(driver: Driver, marker = "2"): Promise<void> {
  for (const [name, text] of Object.entries(texts)) await driver.put(name, text);
  await driver.putMarker(markerName, marker);
}

async function textsOf(driver: Driver): Promise<Record<string, string | undefined>> {
  const found: Record<string, string | undefined> = {};
  for await (const names of driver.list({ prefix: "", reverse: false })) {
    for (const name of names) found[name] = (await driver.get(name))?.text;
  }
  return found;
}

/** The backend and a store in memory, the one as the source and the other as the target. */
const ways: readonly (readonly [title: string, pair: (store: Store) => readonly [from: Store, to: Store]])[] = [
  ["out of this backend", (store) => [store, new Store(memory())]],
  ["into this backend", (store) => [new Store(memory()), store]],
];

function bothWays(
  number: number,
  law: string,
  title: string,
  run: (from: Store, to: Store, context: Context) => Promise<void>,
): Case[] {
  return ways.map(([way, pair], i) => ({
    id: `MOVE-${String(number + i).padStart(3, "0")}`,
    law,
    title: `a migration ${way} ${title}`,
    run: (context) => run(...pair(context.store), context),
  }));
}

export const moveCases: readonly Case[] = [
  ...bothWays(1, "R1", "carries every name, byte, and marker", async (from, to) => {
    await fill(from.driver);
    const report = await migrate(from, to);
    assert.equal(report.result, "ok");
    assert.equal(report.created.records, count);
    assert.deepEqual(await textsOf(to.driver), texts);
    assert.equal(await to.driver.getMarker(markerName), "2");
    assert.equal(report.comparison?.equal, true);
    assert.equal((await digest(from)).digest, (await digest(to)).digest);
  }),
  ...bothWays(3, "R1", "that is run again writes nothing", async (from, to) => {
    await fill(from.driver);
    await migrate(from, to);
    const versions = (driver: Driver): Promise<unknown[]> =>
      Promise.all(Object.keys(texts).map(async (name) => (await driver.get(name))?.version));
    const before = await versions(to.driver);
    const { result, created, equal } = await migrate(from, to);
    assert.deepEqual([result, created.records, equal.records], ["ok", 0, count]);
    assert.deepEqual(await versions(to.driver), before);
  }),
  ...bothWays(5, "R1", "leaves alone what differs in the target, until it is told to replace it", async (from, to) => {
    await fill(from.driver);
    await to.driver.put(changed, '"mine"');
    const report = await migrate(from, to);
    assert.deepEqual([report.result, report.different.items], ["different", [changed]]);
    assert.equal((await to.driver.get(changed))?.text, '"mine"');
    assert.equal((await migrate(from, to, { overwrite: true })).result, "ok");
    assert.deepEqual(await textsOf(to.driver), texts);
  }),
  ...bothWays(7, "R1", "that was interrupted goes on where it ended", async (from, to) => {
    await fill(from.driver);
    const interruption = new AbortController();
    const onProgress = (): void => interruption.abort();
    const first = await migrate(from, to, { signal: interruption.signal, onProgress });
    assert.equal(first.stopped?.code, "ABORTED");
    const second = await migrate(from, to);
    assert.equal(second.result, "ok");
    assert.equal(first.created.records + second.created.records, count);
    assert.deepEqual(await textsOf(to.driver), texts);
  }),
  ...bothWays(9, "R1", "is foretold by its plan, which writes nothing", async (from, to) => {
    await fill(from.driver);
    await to.driver.put("extra.json", "1");
    const { total } = await plan(from, to);
    assert.deepEqual([total.source.records, total.create.records, total.extra.records], [count, count, 1]);
    assert.deepEqual(await textsOf(to.driver), { "extra.json": "1" });
    assert.deepEqual(await textsOf(from.driver), texts);
    assert.equal((await migrate(from, to)).created.records, total.create.records);
  }),
  {
    id: "MOVE-011",
    law: "R1",
    title: "verify finds a text that was changed, a record that is missing, and one too many",
    async run({ store }) {
      const other = new Store(memory());
      await fill(other.driver);
      await migrate(other, store);
      assert.equal((await verify(other, store)).equal, true);
      // As many bytes as before: only the content tells.
      await store.driver.put(changed, '{"id":"msg_2"}\n');
      await store.driver.remove("part.json");
      await store.driver.put("extra.json", "1");
      const { equal, different, missing, extra } = await verify(other, store);
      assert.equal(equal, false);
      assert.deepEqual([different.items, missing.items, extra.items], [[changed], ["part.json"], ["extra.json"]]);
    },
  },
  {
    id: "MOVE-012",
    law: "R2",
    title: "a damaged record is set aside byte for byte, and the migration goes on",
    when: noPlant,
    async run({ store, driver, plant }) {
      await fill(driver);
      await plant("message/ses_1/torn.json", '{"torn');
      const aside: (readonly [string, string])[] = [];
      const setAside = {
        write: async (name: string, bytes: Uint8Array): Promise<void> => {
          aside.push([name, new TextDecoder().decode(bytes)]);
        },
      };
      const to = new Store(memory());
      const report = await migrate(store, to, { setAside });
      assert.deepEqual([report.result, report.setAside.count, report.leftBehind.count], ["incomplete", 1, 0]);
      assert.deepEqual(aside, [["message/ses_1/torn.json", '{"torn']]);
      assert.deepEqual(await textsOf(to.driver), texts);
      assert.equal((await driver.get("message/ses_1/torn.json"))?.text, '{"torn');
    },
  },
  {
    id: "MOVE-013",
    law: "R2",
    title: "a damaged record that is not set aside stays where it is and is reported",
    when: noPlant,
    async run({ store, driver, plant }) {
      await fill(driver);
      await plant("message/ses_1/torn.json", "");
      const to = new Store(memory());
      const { result, leftBehind } = await migrate(store, to);
      assert.equal(result, "incomplete");
      assert.deepEqual(
        leftBehind.items.map(({ name, bytes }) => [name, bytes]),
        [["message/ses_1/torn.json", 0]],
      );
      assert.deepEqual(await textsOf(to.driver), texts);
    },
  },
  {
    id: "MOVE-014",
    law: "R1",
    title: "what went to memory and came back into an emptied store has the digest it had",
    async run({ store, driver }) {
      await fill(driver);
      const before = await digest(store);
      const away = new Store(memory());
      await migrate(store, away);
      assert.equal(await store.removePrefix([]), count);
      await migrate(away, store);
      assert.deepEqual(await digest(store), before);
    },
  },
  {
    id: "MOVE-015",
    law: "L4",
    title: "a marker stands for the records beside it: that of another store is not put beside them",
    async run({ store, driver }) {
      await fill(driver);
      await driver.put("extra.json", "1");
      const away = new Store(memory());
      await fill(away.driver, "1");
      const { result, marker } = await migrate(away, store);
      assert.deepEqual([result, marker], ["different", "different"]);
      assert.equal(await driver.getMarker(markerName), "2");
    },
  },
];
