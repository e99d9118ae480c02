import { DriverError, memory, readonly, Store } from "@stowage/core";
import { expect, test } from "vitest";
import { digest, exitCodes, migrate, plan, verify } from "../src/index.ts";
import { changed, memoryStore, textsOf, writeCounter } from "./support.ts";

const session = { "project/p.json": "1", "session/p/s.json": "2", "message/s/m.json": "3", "part/m/x.json": "4" };

test("a migration into an empty store copies every text and the marker", async () => {
  const from = await memoryStore({ ...session, "todo/s.json": "[]", "a.json": '{"a": 1}' }, "2");
  const to = await memoryStore();
  const report = await migrate(from, to);
  expect(report).toMatchObject({
    result: "ok",
    from: "memory",
    created: { records: 6, bytes: 14 },
    equal: { records: 0, bytes: 0 },
    marker: "copied",
    comparison: { equal: true, missing: { count: 0 }, different: { count: 0 }, extra: { count: 0 } },
  });
  expect(await textsOf(to)).toEqual(await textsOf(from));
  expect((await digest(to)).digest).toBe((await digest(from)).digest);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test("a text is moved as it is, however it was written", async () => {
  const texts = {
    "a/compact.json": '{"b":1,"a":[1e21,-0,9007199254740993]}',
    "a/mark.json": "\uFEFF{}",
    "a/newline.json": '{\r\n  "x": "\u2028😀"\n}\n',
    "a/surrogate.json": '"\\ud800"',
  };
  const to = await memoryStore();
  await migrate(await memoryStore(texts), to);
  expect(await textsOf(to)).toEqual(texts);
});

test("a project is written before its session, its messages, their parts, and all else", async () => {
  // Neighbours of the kinds that come first: "-" and "." sort before "/", and "0" right behind it.
  const others = ["aaa/1", "message-x/2", "message", "message0/3", "part.x", "part0", "session0", "zzz"];
  const rest = others.map((key) => `${key}.json`);
  const from = await memoryStore({ ...Object.fromEntries(rest.map((name) => [name, "0"])), ...session });
  const names: string[] = [];
  const target = memory();
  const recording = changed(target, {
    put: async (name, text) => {
      names.push(name);
      return target.put(name, text);
    },
  });
  await migrate(from, new Store(recording));
  expect(names).toEqual(["project/p.json", "session/p/s.json", "message/s/m.json", "part/m/x.json", ...rest]);
});

test("the marker is written after the last record", async () => {
  const from = await memoryStore(session, "2");
  const target = memory();
  let recordsAtMarker = 0;
  const to = changed(target, {
    putMarker: async (name, text) => {
      recordsAtMarker = Object.keys(await textsOf(new Store(target))).length;
      await target.putMarker(name, text);
    },
  });
  expect((await migrate(from, new Store(to))).marker).toBe("copied");
  expect(recordsAtMarker).toBe(4);
});

test("a second run writes nothing", async () => {
  const from = await memoryStore(session, "2");
  const target = memory();
  await migrate(from, new Store(target));
  const { driver, writes } = writeCounter(target);
  const report = await migrate(from, new Store(driver));
  expect(report).toMatchObject({ result: "ok", created: { records: 0 }, equal: { records: 4 }, marker: "equal" });
  expect(writes()).toBe(0);
});

test("the source is never written", async () => {
  const { driver, writes } = writeCounter(memory());
  const from = new Store(driver);
  await driver.put("a/1.json", "1");
  await driver.put("a/2.json", "no json");
  const before = writes();
  await migrate(from, await memoryStore());
  expect(writes()).toBe(before);
});

test("a target that holds a part of the records gets the others", async () => {
  const from = await memoryStore(session);
  const to = await memoryStore({ "session/p/s.json": "2" });
  const report = await migrate(from, to);
  expect(report).toMatchObject({ result: "ok", created: { records: 3 }, equal: { records: 1 } });
  expect(await textsOf(to)).toEqual(await textsOf(from));
});

test("a record that differs in the target is left alone and reported", async () => {
  const from = await memoryStore({ "a/1.json": "1", "a/2.json": "2" });
  const to = await memoryStore({ "a/1.json": "9" });
  const warnings: string[] = [];
  const report = await migrate(from, to, { onWarning: (message) => warnings.push(message) });
  expect(report).toMatchObject({
    result: "different",
    created: { records: 1 },
    different: { count: 1, items: ["a/1.json"] },
  });
  expect(exitCodes[report.result]).toBe(4);
  expect(warnings).toEqual(['"a/1.json" has another text in the target, which is left alone']);
  expect(await textsOf(to)).toEqual({ "a/1.json": "9", "a/2.json": "2" });
});

test("overwrite replaces what differs and keeps what only the target holds", async () => {
  const from = await memoryStore({ "a/1.json": "1" }, "2");
  const to = await memoryStore({ "a/1.json": "9", "a/0.json": "0" }, "1");
  const report = await migrate(from, to, { overwrite: true });
  expect(report).toMatchObject({ result: "ok", overwritten: { records: 1, bytes: 1 }, marker: "copied" });
  expect(report.comparison).toMatchObject({ equal: false, extra: { count: 1, items: ["a/0.json"] } });
  expect(await textsOf(to)).toEqual({ "a/0.json": "0", "a/1.json": "1" });
});

test.each(["2", "1", "0", "", "abc", ' 2\n{"x": 1}'])("the marker %j is carried", async (marker) => {
  const to = await memoryStore();
  expect(await migrate(await memoryStore(session, marker), to)).toMatchObject({ result: "ok", marker: "copied" });
  expect(await to.driver.getMarker("migration")).toBe(marker);
});

test("a source without a marker leaves the target without one", async () => {
  const to = await memoryStore();
  const report = await migrate(await memoryStore(session), to);
  expect(report).toMatchObject({ result: "ok", marker: "none", comparison: { equal: true } });
  expect(await to.driver.getMarker("migration")).toBeUndefined();
});

test("the marker that a new store has from the start gives way to that of the source", async () => {
  const to = await memoryStore({}, "2");
  expect(await migrate(await memoryStore(session, "1"), to)).toMatchObject({ result: "ok", marker: "copied" });
  expect(await to.driver.getMarker("migration")).toBe("1");
});

test("the marker of a target with records of its own is left alone and reported", async () => {
  const to = await memoryStore({ "own/1.json": "1" }, "2");
  const report = await migrate(await memoryStore(session, "1"), to);
  expect(report).toMatchObject({ result: "different", marker: "different" });
  expect(await to.driver.getMarker("migration")).toBe("2");
});

test("an empty source is a migration of nothing", async () => {
  const report = await migrate(await memoryStore(), await memoryStore());
  expect(report).toMatchObject({ result: "ok", created: { records: 0, bytes: 0 }, comparison: { equal: true } });
});

test("one store on both sides is refused", async () => {
  const store = await memoryStore(session);
  const other = new Store(store.driver);
  for (const call of [migrate, plan, verify]) {
    await expect(call(store, other)).rejects.toMatchObject({
      code: "INVALID_VALUE",
      message: `Cannot ${call.name} "memory": both sides are the same store`,
    });
  }
});

test("an aborted run reports what it did, and the next one completes it", async () => {
  const texts = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`a/${i}.json`, `${i}`]));
  const from = await memoryStore(texts);
  const to = await memoryStore();
  const controller = new AbortController();
  const report = await migrate(from, to, { signal: controller.signal, onProgress: () => controller.abort() });
  expect(report).toMatchObject({ result: "failed", stopped: { code: "ABORTED" }, created: { records: 1 } });
  expect(report.comparison).toBeUndefined();
  const second = await migrate(from, to);
  expect(second).toMatchObject({ result: "ok", created: { records: 999 }, equal: { records: 1 } });
});

test("a record beyond the limits of the target fails alone", async () => {
  const from = await memoryStore({ "a/1.json": '"long text"', "a/2.json": "2" });
  const to = new Store(memory({ valueBytes: 5 }));
  const report = await migrate(from, to);
  expect(report).toMatchObject({ result: "failed", created: { records: 1 }, comparison: { missing: { count: 1 } } });
  expect(report.failed.items).toEqual([
    {
      name: "a/1.json",
      code: "TOO_LARGE",
      message: 'Cannot write "a/1.json": the text has 11 bytes, at most 5 are allowed',
    },
  ]);
});

test("a record that the target refuses fails alone, also out of a batch", async () => {
  const from = await memoryStore(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`a/${i}.json`, `${i}`])));
  const target = memory();
  const refuse = (name: string): void => {
    if (name === "a/33.json") throw new DriverError("TOO_LARGE", "the server takes no 33");
  };
  const picky = changed(target, {
    put: async (name, text) => {
      refuse(name);
      return target.put(name, text);
    },
    batch: async (ops, atomic) => {
      for (const { name } of ops) refuse(name);
      await target.batch?.(ops, atomic);
    },
  });
  const report = await migrate(from, new Store(picky));
  expect(report).toMatchObject({ result: "failed", created: { records: 49 } });
  expect(report.failed.items).toEqual([
    { name: "a/33.json", code: "TOO_LARGE", message: 'Cannot write "a/33.json": the server takes no 33' },
  ]);
});

test("a target that fails as a whole stops the run", async () => {
  const from = await memoryStore(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`a/${i}.json`, `${i}`])));
  const target = memory();
  let writes = 0;
  const failing = changed(target, {
    put: async (name, text) => {
      if (++writes > 10) throw new DriverError("UNAVAILABLE", "the disk is full");
      return target.put(name, text);
    },
  });
  const report = await migrate(from, new Store(failing));
  expect(report).toMatchObject({ result: "failed", created: { records: 10 }, stopped: { code: "UNAVAILABLE" } });
  expect(report.comparison).toBeUndefined();
});

test("a target without permission to write stops the run at the first record", async () => {
  const from = await memoryStore(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`a/${i}.json`, `${i}`])));
  const shut = changed(memory(), {
    put: async () => {
      throw Object.assign(new Error("EACCES: permission denied, open"), { code: "EACCES" });
    },
    codeOf: () => "UNAVAILABLE",
  });
  const report = await migrate(from, new Store(shut));
  expect(report).toMatchObject({ result: "failed", created: { records: 0 }, failed: { count: 0 } });
  expect(report.stopped).toEqual({
    code: "UNAVAILABLE",
    message: 'Cannot write "a/0.json": EACCES: permission denied, open',
  });
});

test("a target that takes nothing at all stops the run", async () => {
  const from = await memoryStore(Object.fromEntries(Array.from({ length: 999 }, (_, i) => [`a/${i}.json`, `${i}`])));
  const report = await migrate(from, new Store(readonly(memory())));
  expect(report).toMatchObject({ result: "failed", created: { records: 0 }, stopped: { code: "UNSUPPORTED" } });
  expect(report.failed.count).toBeLessThan(100);
});

test("what a callback throws ends the run and reaches the caller", async () => {
  const failure = new Error("the screen is gone");
  const onProgress = (): void => {
    throw failure;
  };
  await expect(migrate(await memoryStore(session), await memoryStore(), { onProgress })).rejects.toBe(failure);
});

test("the progress ends at its totals", async () => {
  const from = await memoryStore(session);
  const to = await memoryStore();
  const seen: unknown[] = [];
  const planned = await plan(from, to);
  await migrate(from, to, { plan: planned, onProgress: (progress) => seen.push(progress) });
  const totals = { records: 4, recordsTotal: 4, bytes: 4, bytesTotal: 4 };
  expect(seen).toContainEqual({ phase: "copy", ...totals });
  expect(seen.at(-1)).toEqual({ phase: "verify", ...totals });
});

test("without a plan the progress knows the number of records", async () => {
  const from = await memoryStore(session);
  const totals = new Set<number | undefined>();
  await migrate(from, await memoryStore(), { onProgress: ({ recordsTotal }) => totals.add(recordsTotal) });
  expect(totals).toEqual(new Set([4]));
});

test("a record that was in the middle of being written is read once more", async () => {
  const { driver } = await memoryStore({ "a/1.json": '{"a": 1}', "a/2.json": "{" });
  let reads = 0;
  const torn = changed(driver, {
    tornReadDelayMs: 1,
    get: async (name) => {
      const stored = await driver.get(name);
      return name === "a/1.json" && ++reads === 1 && stored ? { ...stored, text: stored.text.slice(0, 3) } : stored;
    },
  });
  const to = await memoryStore();
  expect(await migrate(new Store(torn), to)).toMatchObject({ result: "incomplete", leftBehind: { count: 1 } });
  expect(await textsOf(to)).toEqual({ "a/1.json": '{"a": 1}' });
});

test("records come in with few calls where the target takes batches", async () => {
  const from = await memoryStore(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`a/${i}.json`, `${i}`])));
  const target = memory();
  let calls = 0;
  const counting = changed(target, {
    put: async (name, text) => {
      calls++;
      return target.put(name, text);
    },
    batch: async (ops, atomic) => {
      calls++;
      expect(atomic).toBe(false);
      await target.batch?.(ops, atomic);
    },
  });
  expect((await migrate(from, new Store(counting))).created.records).toBe(1000);
  expect(calls).toBeLessThan(20);
});

test("a password in an error of a client does not reach the report", async () => {
  const from = await memoryStore(session);
  const failing = changed(memory(), {
    put: async () => {
      throw new Error("connect ECONNREFUSED redis://user:hunter2@host:6379/0 and s3://key:sec/ret@bucket");
    },
  });
  const warnings: string[] = [];
  const report = await migrate(from, new Store(failing), { onWarning: (message) => warnings.push(message) });
  expect(report.failed.count).toBe(4);
  expect(JSON.stringify([report, warnings])).toContain("redis://***@host:6379/0");
  expect(JSON.stringify([report, warnings])).not.toMatch(/hunter2|ret@/);
});
