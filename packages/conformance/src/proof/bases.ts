import { declareCapabilities, delegate, type Driver } from "@stowage/core";
import type { Harness } from "../case.ts";
import { memoryHarness } from "../memory.ts";

/** How a thread gets a harness: `(await import(module))[factory](options)`. */
export interface HarnessRecipe {
  /** As it is called in a report: `"sqlite"`. */
  readonly name: string;
  /** The URL of a module, `file:///…`. Node must be able to import it as it is. */
  readonly module: string;
  readonly factory: string;
  /** JSON: it travels to a thread. */
  readonly options: unknown;
}

/** A sound backend that faults are put before: a name of those in memory, or one that other processes see. */
export type Base = MemoryBase | HarnessRecipe;

type MemoryBase = "memory" | "memory of short texts" | "memory that denies";

const memories: Readonly<Record<MemoryBase, () => Harness>> = {
  memory: () => memoryHarness(),
  "memory of short texts": () => memoryHarness({ valueBytes: 4096 }),
  "memory that denies": () => memoryHarness({}, denying),
};

/** In the order in which they are asked: each is asked the cases that none before it is asked. */
export const memoryBases: readonly Base[] = Object.keys(memories) as MemoryBase[];

export function nameOfBase(base: Base): string {
  return typeof base === "string" ? base : base.name;
}

export async function baseHarness(base: Base): Promise<Harness> {
  if (typeof base === "string") return memories[base]();
  const module = (await import(base.module)) as Readonly<Record<string, (options: unknown) => Harness>>;
  const factory = module[base.factory];
  if (factory === undefined) throw new Error(`Cannot prove the suite: ${base.module} exports no ${base.factory}`);
  return factory(base.options);
}

/** Claims no more than a driver must. */
function denying(driver: Driver): Driver {
  const { limits, durability } = driver.capabilities;
  return delegate(driver, { capabilities: declareCapabilities({ limits, durability }) });
}
