import assert from "node:assert/strict";
import { delegate, DriverError, isStorageError, Store, type StorageError, type StorageErrorCode } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, refused } from "../expect.ts";
import { reachable } from "./limits.ts";

/** What every error of a store has, whatever its code. */
export function checkShape(error: StorageError, store: Store): void {
  assert.ok(error instanceof Error);
  assert.equal(error.name, "StorageError");
  assert.match(error.message, /^Cannot [a-z]+ [^:]+: [^]*[^.]$/);
  assert.equal(error.driver, store.driver.name);
  assert.equal(typeof error.retryable, "boolean");
  assert.ok(isStorageError(error, error.code));
}

/** A provoked error, with what its message begins with. */
type Provocation = readonly [
  id: string,
  code: StorageErrorCode,
  begins: string,
  provoke: (store: Store) => Promise<unknown>,
];

const provocations: readonly Provocation[] = [
  ["ERROR-001", "NOT_FOUND", 'Cannot read "a/b": ', (store) => store.read(["a", "b"])],
  ["ERROR-002", "INVALID_KEY", 'Cannot remove "a/": ', (store) => store.remove(["a", ""])],
  ["ERROR-003", "INVALID_KEY", 'Cannot list "..": ', (store) => store.list([".."])],
  ["ERROR-004", "INVALID_VALUE", 'Cannot write "a": ', (store) => store.write(["a"], undefined)],
  ["ERROR-005", "CLOSED", 'Cannot write "a": ', (store) => store.close().then(() => store.write(["a"], 1))],
];

/** Raw errors of a backend's client, and what a caller must see of them. */
function rawErrorCase(id: string, method: "get" | "put" | "list"): Case {
  const raw = new TypeError("the backend fell over");
  return {
    id,
    law: "E3",
    title: `what the client throws in ${method} is wrapped once, with its cause`,
    async run({ open }) {
      const store = await open((driver) => delegate(driver, { [method]: () => throwing(raw) }));
      const call = { get: () => store.read(["a"]), put: () => store.write(["a"], 1), list: () => store.list([]) }[
        method
      ];
      const error = await refused(call(), store.driver.codeOf?.(raw) ?? "UNKNOWN");
      checkShape(error, store);
      assert.equal(error.cause, raw);
      assert.ok(error.message.endsWith(": the backend fell over"), error.message);
    },
  };
}

/** Rejects, also where an iteration is expected. */
function throwing(error: Error): never {
  throw error;
}

export const errorCases: readonly Case[] = [
  ...provocations.map(([id, code, begins, provoke]): Case => ({
    id,
    law: "E2",
    title: `${code} says what was attempted on what: ${begins.trim()}`,
    async run({ store }) {
      const error = await refused(provoke(store), code);
      checkShape(error, store);
      assert.ok(error.message.startsWith(begins), error.message);
      assert.equal(error.retryable, false);
    },
  })),
  {
    id: "ERROR-006",
    law: "E1",
    title: "CONFLICT carries the key and the current version",
    when: ({ compareAndSwap }) => (compareAndSwap === "none" ? "the backend claims no conditions" : undefined),
    async run({ store }) {
      const { version } = await store.put(["a", "b"], 1);
      const error = await refused(store.put(["a", "b"], 2, { ifVersion: null }), "CONFLICT");
      checkShape(error, store);
      assert.deepEqual(error.key, ["a", "b"]);
      assert.equal(error.currentVersion, version);
    },
  },
  {
    id: "ERROR-007",
    law: "E1",
    title: "isStorageError tells codes apart and is no more than that",
    async run({ store }) {
      const error = await refused(store.read(["a"]), "NOT_FOUND");
      assert.ok(isStorageError(error));
      assert.ok(!isStorageError(error, "CORRUPT"));
      assert.ok(!isStorageError(new Error("NOT_FOUND")));
      assert.ok(!isStorageError(undefined));
    },
  },
  {
    id: "ERROR-008",
    law: "E1",
    title: "an error of another copy of the package is known by name and code",
    async run({ store }) {
      const error = await refused(store.read(["a"]), "NOT_FOUND");
      const foreign = Object.assign(new Error(error.message), { name: error.name, code: error.code });
      assert.ok(isStorageError(foreign, "NOT_FOUND"));
    },
  },
  {
    id: "ERROR-009",
    law: "E2",
    title: "a long key is not spelled out in full",
    async run({ store, capabilities: { limits } }) {
      const error = await refused(store.read(["x".repeat(reachable(limits).segmentBytes)]), "NOT_FOUND");
      assert.ok(error.message.length < 300, error.message);
      const bad = await refused(store.read(["y".repeat(100_000)]), "INVALID_KEY");
      assert.ok(bad.message.length < 600, `${bad.message.length} characters`);
    },
  },
  {
    id: "ERROR-010",
    law: "E2",
    title: "a value never shows in an error",
    async run({ store, driver }) {
      const secret = "hunter2-secret";
      const value = { secret, gone: 1n };
      const error = await refused(store.write(["a"], value), "INVALID_VALUE");
      assert.ok(!error.message.includes(secret));
      await driver.put("a.json", `{"${secret}": `);
      const corrupt = await refused(store.read(["a"]), "CORRUPT");
      assert.ok(!corrupt.message.includes(secret), corrupt.message);
    },
  },
  rawErrorCase("ERROR-011", "get"),
  rawErrorCase("ERROR-012", "put"),
  rawErrorCase("ERROR-013", "list"),
  {
    id: "ERROR-014",
    law: "E3",
    title: "an error that knows its code keeps it, and may be tried again only where that helps",
    async run({ open }) {
      for (const [code, retryable] of [
        ["BUSY", true],
        ["UNAVAILABLE", true],
        ["UNKNOWN", false],
      ] as const) {
        const store = await open((driver) =>
          delegate(driver, {
            get: async () => {
              throw new DriverError(code, "waited 5 ms");
            },
          }),
        );
        const error = await refused(store.read(["a"]), code);
        checkShape(error, store);
        assert.equal(error.retryable, retryable);
        assert.equal(error.message, 'Cannot read "a": waited 5 ms');
      }
    },
  },
  {
    id: "ERROR-015",
    law: "E3",
    title: "a failing listing ends keys and entries with the wrapped error, after what came before it",
    async run({ open }) {
      const raw = new Error("cut off");
      const store = await open((driver) =>
        delegate(driver, {
          async *list() {
            yield ["a.json"];
            throw raw;
          },
        }),
      );
      const seen: string[] = [];
      const sweep = async (): Promise<void> => {
        for await (const key of store.keys([])) seen.push(...key);
      };
      assert.equal((await refused(sweep(), store.driver.codeOf?.(raw) ?? "UNKNOWN")).cause, raw);
      assert.deepEqual(seen, ["a"]);
      await refused(store.list([]), store.driver.codeOf?.(raw) ?? "UNKNOWN");
    },
  },
  {
    id: "ERROR-016",
    law: "E3",
    title: "a store works on after an error",
    async run({ store }) {
      await refused(store.read(["a"]), "NOT_FOUND");
      await refused(store.write(["a"], undefined), "INVALID_VALUE");
      await refused(collect(store.keys([".."])), "INVALID_KEY");
      await store.write(["a"], 1);
      assert.equal(await store.read(["a"]), 1);
    },
  },
  {
    id: "ERROR-022",
    law: "E2",
    title:
      "what the cause of an error knows beyond its message, such as a password, shows neither in the error's message nor in its JSON",
    async run({ open }) {
      const secret = "hunter2-secret";
      const address = `store://user:${secret}@host`;
      // As clients do: the address of the server in a member, or in the message of an error further down.
      const known = Object.assign(new Error("the server is gone"), { address });
      const told = new DriverError("UNAVAILABLE", "the server is gone", { cause: new Error(`no route to ${address}`) });
      for (const thrown of [known, told]) {
        const fails = (): never => throwing(thrown);
        const store = await open((driver) => delegate(driver, { get: fails, put: fails, list: fails }));
        const code = thrown === told ? "UNAVAILABLE" : (store.driver.codeOf?.(thrown) ?? "UNKNOWN");
        for (const call of [() => store.read(["a"]), () => store.write(["a"], 1), () => store.list([])]) {
          const error = await refused(call(), code);
          assert.equal(error.cause, thrown);
          for (const text of [error.message, String(error), JSON.stringify(error)]) {
            assert.ok(!text.includes(secret), text.replaceAll(secret, "(the secret)"));
          }
        }
      }
    },
  },
];
