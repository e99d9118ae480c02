import type { Driver } from "@stowage/core";
import type { Backend, Harness } from "./case.ts";

/** What a harness makes is not what it must be, so that nothing of it can be tested. */
export class HarnessError extends Error {
  /** Half a sentence: `it has no capabilities`. */
  readonly problem: string;

  constructor(what: "backend" | "driver", problem: string) {
    super(`Cannot test the ${what}: ${problem}`);
    this.problem = problem;
  }
}

/** A new backend of a harness, which somebody may have written without types. */
export async function makeBackend(harness: Harness): Promise<Backend> {
  const made = await harness.create();
  if (!isObject(made)) throw new HarnessError("backend", `what the harness's "create" resolves to is ${String(made)}`);
  const missing = (["open", "destroy"] as const).find((name) => typeof made[name] !== "function");
  if (missing === undefined) return made;
  throw new HarnessError("backend", `what the harness's "create" resolves to has no function "${missing}"`);
}

/** A new handle of a backend. */
export async function openDriver(backend: Backend): Promise<Driver> {
  const driver = await backend.open();
  if (isObject(driver)) return driver;
  throw new HarnessError("driver", `what the backend's "open" resolves to is ${String(driver)}`);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
