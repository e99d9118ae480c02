import type { Capabilities, Key, StorageErrorCode } from "@stowage/core";
import { inOrder, shown } from "../expect.ts";
import type { Bounds, Condition, Operation } from "./operation.ts";

/** What an operation came to: a value, or the code of an error; `thrown` when `edit` threw. Plain JSON. */
export type Outcome =
  | { readonly value: unknown }
  | { readonly code: StorageErrorCode; readonly current?: "absent" | "present" }
  | { readonly thrown: true };

interface Held {
  readonly key: Key;
  readonly text: string;
}

const done: Outcome = { value: null };

/** The laws in their plainest form: a map from key to text, searched from end to end. It is right by being simple. */
export class Model {
  readonly #capabilities: Capabilities;
  readonly #held = new Map<string, Held>();
  #marker: string | null = null;

  constructor(capabilities: Capabilities) {
    this.#capabilities = capabilities;
  }

  /** Every record, in the order of a listing. */
  records(): readonly Held[] {
    const keys = inOrder([...this.#held.values()].map((held) => held.key));
    return keys.map((key) => this.#held.get(shown(key)) as Held);
  }

  apply(operation: Operation): Outcome {
    switch (operation.type) {
      case "write":
        return this.#write(operation.key, operation.value);
      case "remove":
        this.#held.delete(shown(operation.key));
        return done;
      case "read":
        return this.#has(operation.key) ? { value: this.#value(operation.key) } : { code: "NOT_FOUND" };
      case "get":
        return { value: this.#has(operation.key) ? [this.#value(operation.key)] : [] };
      case "update":
        return this.#update(operation.key, operation.edit, operation.value);
      case "put":
        return this.#refused("compareAndSwap", operation) ?? this.#write(operation.key, operation.value);
      case "removeIf":
        return this.#refused("compareAndRemove", operation) ?? this.apply({ ...operation, type: "remove" });
      case "list":
        return { value: this.#below([operation.prefix]) };
      case "removePrefix":
        return this.#removePrefix(operation.prefix);
      case "keys":
        return { value: this.#range(operation.prefixes, operation.bounds) };
      case "entries":
        return { value: this.#range(operation.prefixes, operation.bounds).map((key) => [key, this.#value(key)]) };
      case "readMany":
        return { value: operation.keys.map((key) => (this.#has(key) ? [this.#value(key)] : [])) };
      case "batch":
        if (operation.atomic && this.#capabilities.atomicBatch === "none") return { code: "UNSUPPORTED" };
        for (const one of operation.ops) this.apply(one);
        return done;
      case "pages":
        return { value: this.#range([operation.prefix], { reverse: operation.reverse }) };
      case "putMarker":
        this.#marker = operation.text;
        return done;
      case "getMarker":
        return { value: this.#marker };
      case "sync":
      case "switch":
      case "reopen":
        return done;
    }
  }

  #has(key: Key): boolean {
    return this.#held.has(shown(key));
  }

  #value(key: Key): unknown {
    return JSON.parse((this.#held.get(shown(key)) as Held).text);
  }

  #write(key: Key, value: unknown): Outcome {
    this.#held.set(shown(key), { key, text: JSON.stringify(value, null, 2) });
    return done;
  }

  #update(key: Key, edit: "set" | "keep" | "throw", value: unknown): Outcome {
    if (this.#capabilities.compareAndSwap === "none") return { code: "UNSUPPORTED" };
    if (!this.#has(key)) return { code: "NOT_FOUND" };
    if (edit === "throw") return { thrown: true };
    if (edit === "set") this.#write(key, value);
    return { value: this.#value(key) };
  }

  #refused(
    claim: "compareAndSwap" | "compareAndRemove",
    { key, condition }: { readonly key: Key; readonly condition: Condition },
  ): Outcome | undefined {
    if (condition === "none") return undefined;
    if (this.#capabilities[claim] === "none") return { code: "UNSUPPORTED" };
    const present = this.#has(key);
    const holds = (condition === "absent" && !present) || (condition === "current" && present);
    return holds ? undefined : { code: "CONFLICT", current: present ? "present" : "absent" };
  }

  #removePrefix(prefix: Key): Outcome {
    const keys = this.#below([prefix]);
    for (const key of keys) this.#held.delete(shown(key));
    return { value: keys.length };
  }

  #below(prefixes: readonly Key[]): readonly Key[] {
    const isBelow = (key: Key, prefix: Key): boolean =>
      key.length > prefix.length && prefix.every((segment, i) => key[i] === segment);
    return this.records()
      .map((held) => held.key)
      .filter((key) => prefixes.some((prefix) => isBelow(key, prefix)));
  }

  #range(prefixes: readonly Key[], { after, before, limit, reverse }: Bounds): readonly Key[] {
    const isBefore = (a: Key, b: Key): boolean => shown(a) !== shown(b) && inOrder([a, b])[0] === a;
    const keys = this.#below(prefixes)
      .filter((key) => after === undefined || isBefore(after, key))
      .filter((key) => before === undefined || isBefore(key, before));
    return (reverse === true ? keys.toReversed() : keys).slice(0, limit);
  }
}
