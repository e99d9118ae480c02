import assert from "node:assert/strict";
import type { Capabilities, Key } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, inOrder, shown } from "../expect.ts";
import { fill } from "./list.ts";

/** Names of which one stands for another, or is one with it, where they are read as patterns. */
const patterns = ["a", "b", "ab", "[ab]", "a.b", "axb", "a?", "a+b", "{a,b}", "^a"];
/** The same where letters lose their marks. */
const accents = ["e", "\u00e9", "\u00ea"];
/** The same where letters are folded. The last is one of the above, spelt as two. */
const folds = ["A", "\u00c9", "e\u0301"];

/** Records, one below each of the names that the backend keeps apart. */
function alike({ caseSensitive }: Capabilities): readonly Key[] {
  const names = [...patterns, ...accents, ...(caseSensitive ? folds : [])];
  return inOrder(names.map((name) => [name, "x"]));
}

export const alikeCases: readonly Case[] = [
  {
    id: "LIST-032",
    law: "R6",
    title:
      "a prefix lists what is below that very name, whatever pattern it would be and whatever name is spelt like it",
    async run({ store, capabilities }) {
      const keys = alike(capabilities);
      await fill(store, keys);
      for (const key of keys) {
        const prefix = key.slice(0, 1);
        assert.deepEqual(await store.list(prefix), [key]);
        const entries = await collect(store.entries(prefix));
        assert.deepEqual(
          entries.map((entry) => entry.value),
          [key],
        );
      }
      const some = keys.filter((_, i) => i % 2 === 0);
      assert.deepEqual(await collect(store.keys({ prefixes: some.map((key) => key.slice(0, 1)) })), some);
    },
  },
  {
    id: "PREFIX-013",
    law: "M4",
    title:
      "what is below a prefix is removed and nothing below a name that is spelt like it or that it would match as a pattern",
    async run({ store, capabilities }) {
      const keys = alike(capabilities);
      await fill(store, keys);
      // First every other one, so that those around a name are there when its turn comes.
      const turns = [...keys.filter((_, i) => i % 2 === 0), ...keys.filter((_, i) => i % 2 === 1)];
      // One that matches others, or is matched by another, would not find just its own.
      for (const key of turns) assert.equal(await store.removePrefix(key.slice(0, 1)), 1, shown(key));
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "RANGE-052",
    law: "M2",
    title: "a bound is that very name, whatever name is spelt like it",
    async run({ store, capabilities }) {
      const keys = alike(capabilities);
      await fill(store, keys);
      for (const [i, bound] of keys.entries()) {
        assert.deepEqual(await collect(store.keys([], { after: bound })), keys.slice(i + 1));
        assert.deepEqual(await collect(store.keys([], { before: bound, reverse: true })), keys.slice(0, i).reverse());
      }
    },
  },
];
