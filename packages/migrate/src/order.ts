import type { NamesOptions } from "./side.ts";

/**
 * Whoever reads the target meanwhile finds a session's project before the session, its messages after it, and so on.
 */
const firstKinds = ["project", "session", "message", "part"] as const;

/**
 * The ranges of names in the order in which they are copied: first these kinds, then what lies before, between, and
 * behind them. Every name is in one of them.
 */
export const copyOrder: readonly Pick<NamesOptions, "prefix" | "after" | "before">[] = [
  ...firstKinds.map((kind) => ({ prefix: `${kind}/` })),
  ...[undefined, ...firstKinds.toSorted()].map((kind, index, kinds) => {
    const next = kinds[index + 1];
    // "0" follows "/": no name lies between those of the kind and this.
    return { after: kind && `${kind}0`, before: next && `${next}/` };
  }),
];
