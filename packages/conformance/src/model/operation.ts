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
  | { readonly type: "reopen" };

// Few names, so that operations meet; some that are prefixes of each other, some whose order UTF-16 gets wrong.
const segment = fc.constantFrom("a", "a-", "b", "\uffff", "\u{10000}");
const key: fc.Arbitrary<Key> = fc.array(segment, { minLength: 1, maxLength: 3, size: "max" });
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

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: writeOrRemove },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("read" as const, "get" as const), key }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("update" as const), key, edit, value }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("put" as const), key, value, condition: conditions }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("removeIf" as const), key, condition: removeConditions }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("list" as const), prefix }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("removePrefix" as const), prefix }) },
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constantFrom("keys" as const, "entries" as const), prefixes: swept, bounds }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("readMany" as const), keys }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("batch" as const), ops, atomic: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("reopen" as const) }) },
);

/** Streams of operations. `size` is `"max"`: by default, fast-check keeps them too short to meet a fault. */
export function operations(minLength: number, maxLength: number): fc.Arbitrary<Operation[]> {
  return fc.array(operation, { minLength, maxLength, size: "max" });
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
