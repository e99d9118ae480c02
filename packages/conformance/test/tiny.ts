import { declareCapabilities, type Driver, compareNames } from "@stowage/core";

export function tiny(): Driver {
  const texts = new Map<string, string>();
  const markers = new Map<string, string>();
  const stored = (text: string | undefined) => (text === undefined ? undefined : { text, version: text });
  return {
    name: "tiny",
    capabilities: declareCapabilities({ compareAndSwap: "process", durability: "memory" }),
    get: async (name) => stored(texts.get(name)),
    put: async (name, text) => {
      texts.set(name, text);
      return { done: true, version: text };
    },
    remove: async (name) => {
      texts.delete(name);
      return { done: true, version: null };
    },
    async *list({ prefix, after, before, reverse }) {
      const names = [...texts.keys()]
        .filter((name) => name.startsWith(prefix))
        .filter((name) => after === undefined || compareNames(name, after) > 0)
        .filter((name) => before === undefined || compareNames(name, before) < 0)
        .sort(compareNames);
      yield reverse ? names.reverse() : names;
    },
    getMarker: async (name) => markers.get(name),
    putMarker: async (name, text) => void markers.set(name, text),
  };
}
