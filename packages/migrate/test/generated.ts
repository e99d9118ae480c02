import { declareCapabilities, type Driver, type Stored } from "@stowage/core";

/** A store of texts that are made when they are read, so that all memory in use is that of the reader. */
export function generated(
  records: number,
  text: (index: number) => string,
): Driver & { readonly readAtOnce: () => number } {
  const prefix = "part/m/";
  const stored = (name: string): Stored => ({
    text: text(Number(name.slice(prefix.length, -".json".length))),
    version: "1",
  });
  let readAtOnce = 0;
  const refuse = async (): Promise<never> => {
    throw new Error("a generated store can't be written");
  };
  return {
    name: "generated",
    capabilities: declareCapabilities({}),
    readAtOnce: () => readAtOnce,
    async getMany(names) {
      readAtOnce = Math.max(readAtOnce, names.length);
      return names.map(stored);
    },
    get: async (name) => stored(name),
    async *list(range) {
      if (!prefix.startsWith(range.prefix) || range.after !== undefined || range.before !== undefined) return;
      for (let from = 0; from < records; from += 1000) {
        const count = Math.min(1000, records - from);
        yield Array.from({ length: count }, (_, i) => `${prefix}${String(from + i).padStart(8, "0")}.json`);
      }
    },
    getMarker: async () => undefined,
    put: refuse,
    putMarker: refuse,
    remove: refuse,
  };
}
