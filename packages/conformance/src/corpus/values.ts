import { readVectors } from "./vectors.ts";

/** A value that comes back as it went in, and the text that must be stored for it. Plain JSON. */
export type CorpusValue = WrittenValue | LargeValue;

interface Described {
  readonly id: string;
  readonly title: string;
  /** It holds half of a surrogate pair, which strings of other languages can't hold. */
  readonly loneSurrogate?: true;
}

/** A value that stands in the corpus as it is. */
interface WrittenValue extends Described {
  readonly value: unknown;
  readonly text: string;
}

/** A value that is too large to be written down; {@link valueOf} makes it. */
interface LargeValue extends Described {
  readonly make: Recipe;
  /** Of the text, in UTF-8. */
  readonly bytes: number;
  /** Of the text's bytes, in hexadecimal digits. */
  readonly sha256: string;
}

/**
 * How a large value is made. `string`: `head`, then `unit` so many times. `member`: an object whose one member has such a
 * name, and the value 1. `members`: `{"m0": 0, "m1": 1, …}`. `items`: `[0, 1, …]`. `objects`: 1 inside so many objects,
 * `{"inner": …}`. `arrays`: 1 inside so many arrays.
 */
type Recipe =
  | { readonly kind: "string"; readonly head?: string; readonly unit: string; readonly times: number }
  | { readonly kind: "member"; readonly unit: string; readonly times: number }
  | { readonly kind: "members" | "items" | "objects" | "arrays"; readonly times: number };

export const values: readonly CorpusValue[] = readVectors("values");

/** The value of a vector; a large one is made anew each time. */
export function valueOf(vector: CorpusValue): unknown {
  return "make" in vector ? made(vector.make) : vector.value;
}

function made(recipe: Recipe): unknown {
  const { kind, times } = recipe;
  switch (kind) {
    case "string":
      return (recipe.head ?? "") + recipe.unit.repeat(times);
    case "member":
      return { [recipe.unit.repeat(times)]: 1 };
    case "members":
      return Object.fromEntries(Array.from({ length: times }, (_, i) => [`m${i}`, i]));
    case "items":
      return Array.from({ length: times }, (_, i) => i);
    case "objects":
      return nested(times, (inner) => ({ inner }));
    case "arrays":
      return nested(times, (inner) => [inner]);
  }
}

function nested(times: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let i = 0; i < times; i++) value = wrap(value);
  return value;
}
