import type { Capabilities, Key } from "@stowage/core";
import fc from "fast-check";

/**
 * Which version a conditional operation asks for. Versions are opaque, so a generated operation can't hold one: whoever
 * performs it finds the version that is meant. `former`: one that the record had with another text. `foreign`: one that
 * nobody gave out.
 */
export type Condition = "none" | "absent" | "current" | "former" | "foreign";

export interface Bounds {
  readonly after?: Key | undefined;
  readonly before?: Key | undefined;
  readonly limit?: number | undefined;
  readonly reverse?: boolean | undefined;
}

type WriteOrRemove =
  | { readonly type: "write"; readonly key: Key; readonly value: unknown }
  | { readonly type: "remove"; readonly key: Key };

/** One call of a store, as plain JSON, so that it can be generated, shrunk, printed, and repeated elsewhere. */
export type Operation =
  | WriteOrRemove
  | { readonly type: "read" | "get"; readonly key: Key }
  | { readonly type: "update"; readonly key: Key; readonly edit: "set" | "keep" | "throw"; readonly value: unknown }
  | { readonly type: "put"; readonly key: Key; readonly value: unknown; readonly condition: Condition }
  | { readonly type: "removeIf"; readonly key: Key; readonly condition: Exclude<Condition, "absent"> }
  | { readonly type: "list" | "removePrefix"; readonly prefix: Key }
  | { readonly type: "keys" | "entries"; readonly prefixes: readonly Key[]; readonly bounds: Bounds }
  | { readonly type: "readMany"; readonly keys: readonly Key[] }
  | { readonly type: "batch"; readonly ops: readonly WriteOrRemove[]; readonly atomic: boolean }
  /** A listing taken in pages, each resumed behind the last key of the one before, by one handle and another in turns. */
  | { readonly type: "pages"; readonly prefix: Key; readonly size: number; readonly reverse: boolean }
  | { readonly type: "putMarker"; readonly text: string }
  /** To go on through another handle; to close the one in use and open it again. */
  | { readonly type: "getMarker" | "sync" | "switch" | "reopen" };

// Few names, so that operations meet; some that are prefixes of each other, some whose order UTF-16 gets wrong.
const segment = fc.constantFrom("a", "a-", "b", "\uffff", "\u{10000}");
const anyKey: fc.Arbitrary<Key> = fc.array(segment, { minLength: 1, maxLength: 3, size: "max" });
const commonKey = fc.constantFrom<Key>(["a"], ["a", "b"], ["a", "\uffff"], ["b"]);
const key = fc.oneof({ weight: 1, arbitrary: commonKey }, { weight: 1, arbitrary: anyKey });
const prefix: fc.Arbitrary<Key> = fc.array(segment, { maxLength: 2, size: "max" });
const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom(null, "", "0", "\u{1f600}", false),
  fc.record({ n: fc.integer({ min: 0, max: 2 }), list: fc.array(fc.boolean(), { maxLength: 2 }) }),
);
const keys = fc.array(key, { maxLength: 8, size: "max" });
const bounds: fc.Arbitrary<Bounds> = fc.record(
  { after: key, before: key, limit: fc.integer({ min: 0, max: 6 }), reverse: fc.boolean() },
  { requiredKeys: [] },
);
const writeOrRemove: fc.Arbitrary<WriteOrRemove> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("write" as const), key, value }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("remove" as const), key }) },
);
const conditions = fc.constantFrom<Condition>("none", "absent", "current", "former", "foreign");
const removeConditions = fc.constantFrom<Exclude<Condition, "absent">>("none", "current", "former", "foreign");
const swept = fc.oneof(fc.tuple(prefix), fc.array(prefix, { maxLength: 3, size: "max" }));
const ops = fc.array(writeOrRemove, { maxLength: 6, size: "max" });
const edit = fc.constantFrom("set" as const, "set" as const, "keep" as const, "throw" as const);

const size = fc.integer({ min: 1, max: 3 });
const text = fc.constantFrom("", "2", "two\n", "\u{1f600}");

type Type = Operation["type"];

const arbitraries: Readonly<Record<Type, fc.Arbitrary<Operation>>> = {
  write: fc.record({ type: fc.constant("write"), key, value }),
  remove: fc.record({ type: fc.constant("remove"), key }),
  read: fc.record({ type: fc.constant("read"), key }),
  get: fc.record({ type: fc.constant("get"), key }),
  update: fc.record({ type: fc.constant("update"), key, edit, value }),
  put: fc.record({ type: fc.constant("put"), key, value, condition: conditions }),
  removeIf: fc.record({ type: fc.constant("removeIf"), key, condition: removeConditions }),
  list: fc.record({ type: fc.constant("list"), prefix }),
  removePrefix: fc.record({ type: fc.constant("removePrefix"), prefix }),
  keys: fc.record({ type: fc.constant("keys"), prefixes: swept, bounds }),
  entries: fc.record({ type: fc.constant("entries"), prefixes: swept, bounds }),
  pages: fc.record({ type: fc.constant("pages"), prefix, size, reverse: fc.boolean() }),
  readMany: fc.record({ type: fc.constant("readMany"), keys }),
  batch: fc.record({ type: fc.constant("batch"), ops, atomic: fc.boolean() }),
  putMarker: fc.record({ type: fc.constant("putMarker"), text }),
  getMarker: fc.record({ type: fc.constant("getMarker") }),
  sync: fc.record({ type: fc.constant("sync") }),
  switch: fc.record({ type: fc.constant("switch") }),
  reopen: fc.record({ type: fc.constant("reopen") }),
};

/** How often each operation comes, relative to the others; what is not named never comes. */
export type Weights = Readonly<Partial<Record<Type, number>>>;

/** Everything that a store can be asked. */
export const everything: Weights = {
  write: 12,
  remove: 4,
  read: 3,
  get: 3,
  update: 6,
  put: 8,
  removeIf: 4,
  list: 6,
  removePrefix: 2,
  keys: 6,
  entries: 6,
  pages: 2,
  readMany: 4,
  batch: 6,
  putMarker: 1,
  getMarker: 1,
  sync: 1,
  switch: 2,
  reopen: 2,
};

/** Streams of operations. `size` is `"max"`: by default, fast-check keeps them too short to meet a fault. */
export function operations(
  minLength: number,
  maxLength: number,
  weights: Weights = everything,
): fc.Arbitrary<readonly Operation[]> {
  const weighted = Object.entries(weights).map(([type, weight]) => ({ weight, arbitrary: arbitraries[type as Type] }));
  return fc.array(fc.oneof(...weighted), { minLength, maxLength, size: "max" });
}

/** An operation as far as all of these backends can do it, so that they can be compared; `undefined` if they can't. */
export function common(one: Operation, capabilities: readonly Capabilities[]): Operation | undefined {
  const conditional = capabilities.every(({ compareAndSwap }) => compareAndSwap !== "none");
  const atomic = capabilities.every(({ atomicBatch }) => atomicBatch !== "none");
  if (one.type === "batch") return { ...one, atomic: one.atomic && atomic };
  if (one.type === "removeIf" && capabilities.some(({ compareAndRemove }) => compareAndRemove === "none")) {
    return { ...one, condition: "none" };
  }
  if (conditional) return one;
  if (one.type === "update") return undefined;
  return one.type === "put" || one.type === "removeIf" ? { ...one, condition: "none" } : one;
}
