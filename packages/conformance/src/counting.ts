import { delegate, type Driver } from "@stowage/core";

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
