import type { Foreign, Store } from "@stowage/core";
import { Side } from "./side.ts";
import { contents } from "./steps.ts";
import { Faults, Kinds, List, Meter, Sum } from "./tally.ts";
import type { Census } from "./readings.ts";
import type { ReadOptions } from "./types.ts";

/** September 2001, long before any agent. Smaller numbers are no dates: plugins and tests write durations there. */
const timeMin = 1e12;
/** What `Date` can tell; anything beyond is no time. */
const timeMax = 8.64e15;

/**
 * Counts what a store holds, by kind, with the earliest and the latest time that its records give. Reads every record,
 * in bounded memory. Damaged and unreadable records count as records, the latter with no bytes.
 */
export async function census(store: Store, options: ReadOptions = {}): Promise<Census> {
  const side = new Side(store);
  const kinds = new Kinds(() => ({ sum: new Sum(), span: new Span() }));
  const faults = new Faults(options);
  const foreign = new List<Foreign>(options);
  const meter = new Meter("census", options);
  for await (const step of contents(side, { onForeign: (one) => foreign.add(one) })) {
    for (const { name, content } of step) {
      const { sum, span } = kinds.of(name);
      sum.add(content.size);
      span.addTimesOf(content.value);
      faults.add(name, content);
    }
    meter.step(step.map(({ content }) => content));
  }
  for await (const one of side.foreign()) foreign.add(one);
  const marker = await side.marker();
  return {
    driver: side.driver.name,
    ...meter.done,
    ...(marker !== undefined && { marker }),
    kinds: kinds.map((kind, { sum, span }) => ({ kind, ...sum.size(), ...span.ends() })),
    damaged: faults.damaged.listed(),
    unreadable: faults.unreadable.listed(),
    foreign: foreign.listed(),
  };
}

/** From the earliest time to the latest. */
class Span {
  #oldest = Infinity;
  #newest = -Infinity;

  /** OpenCode's records have `time`, a tool's part `state.time`: objects of milliseconds since 1970. */
  addTimesOf(value: unknown): void {
    for (const time of [member(value, "time"), member(member(value, "state"), "time")]) {
      if (typeof time !== "object" || time === null) continue;
      for (const ms of Object.values(time)) {
        if (typeof ms !== "number" || ms < timeMin || ms > timeMax) continue;
        this.#oldest = Math.min(this.#oldest, ms);
        this.#newest = Math.max(this.#newest, ms);
      }
    }
  }

  ends(): { readonly oldest?: string; readonly newest?: string } {
    if (this.#oldest > this.#newest) return {};
    return { oldest: new Date(this.#oldest).toISOString(), newest: new Date(this.#newest).toISOString() };
  }
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
