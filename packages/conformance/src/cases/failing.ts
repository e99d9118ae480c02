import assert from "node:assert/strict";
import { declareCapabilities, delegate, type Key, readonly, Store, storageErrorCodes } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, numbered, refused } from "../expect.ts";
import { failsBefore, faulty } from "../faulty.ts";
import { checkShape } from "./errors.ts";
import { add, type Counter, noUpdates } from "./update.ts";

const raw = new TypeError("the backend fell over");

export const failingCases: readonly Case[] = [
  {
    id: "FAULT-051",
    law: "E3",
    title: "of several writes at once only the one that the backend fails is refused",
    async run({ store, open }) {
      const keys = numbered(["n"], 8);
      const broken = await open((driver) => faulty(driver, failsBefore(raw)));
      const ends = await Promise.allSettled(keys.map((key) => broken.write(key, key)));
      const written = keys.filter((_, i) => ends[i]?.status === "fulfilled");
      assert.equal(written.length, keys.length - 1);
      assert.deepEqual(await store.list([]), written);
    },
  },
  {
    id: "FAULT-052",
    law: "R4",
    title: "an update that the backend fails lets the others on its record go on",
    when: noUpdates,
    async run({ store, open }) {
      await store.write(["a"], { count: 0 });
      const broken = await open((driver) => faulty(driver, failsBefore(raw), ["update", "put"]));
      const ends = await Promise.allSettled([1, 2, 3, 4].map(() => broken.update<Counter>(["a"], add)));
      assert.equal(ends.filter(({ status }) => status === "rejected").length, 1);
      assert.deepEqual(await store.read(["a"]), { count: 3 });
      await broken.update<Counter>(["a"], add);
      assert.deepEqual(await store.read(["a"]), { count: 4 });
    },
  },
  {
    id: "FAULT-053",
    law: "E3",
    title: "a listing that the backend fails is over, and the next one is whole",
    async run({ store, open }) {
      const keys = numbered(["n"], 3);
      for (const key of keys) await store.write(key, key);
      for (const start of [(one: Store) => one.keys(["n"]), (one: Store) => one.entries(["n"])]) {
        const broken = await open((driver) => faulty(driver, failsBefore(raw), ["list", "scan"]));
        const listing = start(broken);
        assert.equal((await refused(listing.next(), broken.driver.codeOf?.(raw) ?? "UNKNOWN")).cause, raw);
        assert.deepEqual(await listing.next(), { done: true, value: undefined });
        assert.equal((await collect<unknown>(start(broken))).length, 3);
      }
    },
  },
  {
    id: "FAULT-054",
    law: "E3",
    title: "a sweep of several prefixes ends where the backend fails one, and what ran ahead of it is let go",
    async run({ store, open }) {
      const prefixes: readonly Key[] = ["a", "b", "c", "d", "e"].map((prefix) => [prefix]);
      for (const prefix of prefixes) await store.write([...prefix, "x"], 1);
      const broken = await open((driver) => {
        // Without a scan of the driver's own, entries are listed too.
        const { scan: _, ...listing } = delegate(driver, {
          async *list(range) {
            if (range.prefix === "d/") throw raw;
            yield* driver.list(range);
          },
        });
        return listing;
      });
      const seen: Key[] = [];
      const sweep = async (): Promise<void> => {
        for await (const { key } of broken.entries({ prefixes })) seen.push(key);
      };
      const code = broken.driver.codeOf?.(raw) ?? "UNKNOWN";
      assert.equal((await refused(sweep(), code)).cause, raw);
      const expected = [
        ["a", "x"],
        ["b", "x"],
        ["c", "x"],
      ];
      // What was listed before the failure may wait for records that come with it.
      assert.deepEqual(seen, expected.slice(0, seen.length));
      await refused(collect(broken.keys({ prefixes })), code);
      assert.deepEqual(await collect(broken.keys({ prefixes }, { limit: 3 })), expected);
    },
  },
  {
    id: "FAULT-055",
    law: "E3",
    title: "a sync that the backend fails is told with its cause",
    async run({ open }) {
      const broken = await open((driver) =>
        delegate(driver, {
          sync: async () => {
            throw raw;
          },
        }),
      );
      await broken.write(["a"], 1);
      assert.equal((await refused(broken.sync(), broken.driver.codeOf?.(raw) ?? "UNKNOWN")).cause, raw);
      assert.equal(await broken.read(["a"]), 1);
    },
  },
  {
    id: "FAULT-056",
    law: "L1",
    title: "a close that the backend fails is told with its cause, each time, and the store is closed",
    async run({ open }) {
      const sound = await open();
      // Not one of the context's stores: these must close.
      const broken = new Store(
        delegate(sound.driver, {
          close: async () => {
            throw raw;
          },
        }),
      );
      await broken.write(["a"], 1);
      const code = broken.driver.codeOf?.(raw) ?? "UNKNOWN";
      for (let time = 0; time < 2; time++) assert.equal((await refused(broken.close(), code)).cause, raw);
      await refused(broken.read(["a"]), "CLOSED");
      assert.equal(await sound.read(["a"]), 1);
    },
  },
  {
    id: "ERROR-017",
    law: "E1",
    title: "CORRUPT carries the key, the length in bytes, and the first wrong byte",
    async run({ store, driver }) {
      await driver.put("a/b.json", '["\u4f1a" x');
      const error = await refused(store.read(["a", "b"]), "CORRUPT");
      checkShape(error, store);
      assert.deepEqual([error.key, error.bytes, error.position], [["a", "b"], 8, 7]);
      assert.equal(error.retryable, false);
    },
  },
  {
    id: "ERROR-018",
    law: "E2",
    title: "TOO_LARGE says how large, and how large it may be",
    async run({ open }) {
      const store = await open((driver) => {
        const limits = { ...driver.capabilities.limits, valueBytes: 10 };
        return delegate(driver, { capabilities: declareCapabilities({ ...driver.capabilities, limits }) });
      });
      const error = await refused(store.write(["a"], "123456789"), "TOO_LARGE");
      checkShape(error, store);
      assert.match(error.message, /\b11 bytes\b.*\b10\b/);
      assert.ok(!error.message.includes("12345"), error.message);
    },
  },
  {
    id: "ERROR-019",
    law: "E2",
    title: "UNSUPPORTED says what can't be done, and why where the backend knows",
    async run({ store, open }) {
      await store.write(["a"], 1);
      const view = await open(readonly);
      const error = await refused(
        view.update(["a"], () => 2),
        "UNSUPPORTED",
      );
      checkShape(error, view);
      assert.ok(error.message.startsWith('Cannot update "a": '), error.message);
      assert.ok(error.message.endsWith("opened for reading only"), error.message);
      checkShape(await refused(view.remove(["a"]), "UNSUPPORTED"), view);
    },
  },
  {
    id: "ERROR-020",
    law: "E3",
    title: "what is thrown and is no error is wrapped like one",
    async run({ open }) {
      for (const thrown of ["a text", null, 7]) {
        const store = await open((driver) => delegate(driver, { get: () => Promise.reject(thrown) }));
        // First, so that no call is under way where the driver can't even be asked.
        const code = store.driver.codeOf?.(thrown) ?? "UNKNOWN";
        const error = await refused(store.read(["a"]), code);
        assert.equal(error.cause, thrown);
        assert.equal(error.message, `Cannot read "a": ${String(thrown)}`);
      }
    },
  },
  {
    id: "ERROR-021",
    law: "E3",
    title: "whatever the driver is asked to classify, it answers with a code or with nothing",
    async run({ driver }) {
      const strange = [new AggregateError([]), new DOMException("aborted", "AbortError"), { code: "ENOENT" }];
      const coded = ["ENOENT", "ECONNRESET", 7, null].map((code) => Object.assign(new Error("coded"), { code }));
      for (const error of [undefined, null, "text", 7, {}, [], ...strange, ...coded]) {
        const code = driver.codeOf?.(error);
        assert.ok(code === undefined || storageErrorCodes.includes(code), String(code));
      }
    },
  },
];
