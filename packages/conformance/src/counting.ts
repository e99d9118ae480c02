import { delegate, type Driver, type Store } from "@stowage/core";
import type { Context } from "./case.ts";

/** A driver and the calls that were made on it, each as `"get"`; `codeOf` and `close` are no I/O and don't count. */
export function counting(driver: Driver): { readonly driver: Driver; readonly calls: readonly string[] } {
  const calls: string[] = [];
  const changes: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(delegate(driver, {}))) {
    if (typeof member !== "function" || name === "codeOf" || name === "close") continue;
    changes[name] = (...args: unknown[]) => {
      calls.push(name);
      return member(...args);
    };
  }
  return { driver: delegate(driver, changes as Partial<Driver>), calls };
}

/** Opens another store of a case and tells the calls that reach its driver, for what must be refused before any I/O. */
export async function openCounting(
  open: Context["open"],
): Promise<{ readonly store: Store; readonly calls: readonly string[] }> {
  let calls: readonly string[] = [];
  const store = await open((driver) => {
    const counted = counting(driver);
    calls = counted.calls;
    return counted.driver;
  });
  return { store, calls };
}
