import { type Driver, Store, type StoreOptions } from "@stowage/core";
import type { Backend, Child, Context, SpawnOptions } from "./case.ts";
import { spawnChild, type RunningChild } from "./child/spawn.ts";
import { checkCapabilities } from "./claims.ts";
import { type Breakage, isAccident } from "./failures.ts";
import { openDriver } from "./made.ts";

const encoder = new TextEncoder();

/** How large a case is, and what it begins from. */
export type CaseSize = Pick<Context, "scale" | "seed">;

/** The store of a backend over one of its drivers. */
export function storeOf(backend: Backend, driver: Driver, options?: StoreOptions): Store {
  return backend.store?.(driver, options) ?? new Store(driver, options);
}

/** What one case opened and started, and how it all ends. */
export class Session {
  readonly #backend: Backend;
  readonly #size: CaseSize;
  readonly #stores: Store[] = [];
  readonly #children: RunningChild[] = [];
  /** Whether the case has done something that the backend may well stumble over, and is there to see what comes of it. */
  #isDisturbed = false;
  /** Whether nothing may be opened or started any more: a case that is late may still be under way. */
  #isOver = false;
  /** What kept children from starting. */
  readonly #stillbirths = new Set<unknown>();

  constructor(backend: Backend, size: CaseSize) {
    this.#backend = backend;
    this.#size = size;
  }

  async context(): Promise<Context> {
    const driver = await this.#opened();
    checkCapabilities(driver.capabilities);
    const store = this.#over(driver);
    // Cases take the context apart, so its functions must not depend on `this`.
    return {
      store,
      driver: store.driver,
      capabilities: store.capabilities,
      ...this.#size,
      open: (wrap, options) => this.#open(wrap, options),
      plant: (name, content) => this.#plant(name, content),
      spawn: (task, args, options) => this.#spawn(task, args, options),
      files: this.#backend.process?.files,
      // The cast: options are JSON, and those of a recipe an object.
      options: (this.#backend.process?.options ?? {}) as Context["options"],
    };
  }

  /** Why a failure says nothing about the law of the case, where that is so. */
  brokenBy(error: unknown): Breakage | undefined {
    if (this.#stillbirths.has(error)) return "process";
    return !this.#isDisturbed && isAccident(error) ? "call" : undefined;
  }

  /**
   * Ends the children, then closes the stores, also when one of them fails; throws the first failure. What is being opened is
   * closed as soon as it is there.
   */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#children.map((child) => child.kill()));
    const ends = await Promise.allSettled(this.#stores.map((store) => store.close()));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  async #open(wrap?: (driver: Driver) => Driver, options?: StoreOptions): Promise<Store> {
    const driver = await this.#opened();
    if (wrap === undefined) return this.#over(driver, options);
    this.#isDisturbed = true;
    return this.#over(wrap(driver), options);
  }

  async #opened(): Promise<Driver> {
    this.#mustGoOn();
    const driver = await openDriver(this.#backend);
    if (this.#isOver) await driver.close?.();
    this.#mustGoOn();
    return driver;
  }

  #mustGoOn(): void {
    if (this.#isOver) throw new Error("The case is over");
  }

  #over(driver: Driver, options?: StoreOptions): Store {
    const store = storeOf(this.#backend, driver, options);
    this.#stores.push(store);
    return store;
  }

  async #plant(name: string, content: string | Uint8Array): Promise<void> {
    if (this.#backend.plant === undefined) throw new Error("The case plants, but the backend can't");
    this.#isDisturbed = true;
    await this.#backend.plant(name, typeof content === "string" ? encoder.encode(content) : content);
  }

  async #spawn(task: string, args: unknown, { recipe: other, ...moments }: SpawnOptions = {}): Promise<Child> {
    this.#mustGoOn();
    const recipe = this.#backend.process;
    if (recipe === undefined) throw new Error("The case spawns, but the backend has no process recipe");
    // The cast: options are JSON, and those of a recipe an object.
    const options = other?.options === undefined ? recipe.options : { ...(recipe.options as object), ...other.options };
    const child = spawnChild({ recipe: { ...recipe, ...other, options }, task, args, ...moments });
    this.#children.push(child);
    if (moments.dies !== undefined || moments.disk !== undefined) this.#isDisturbed = true;
    try {
      await child.ready();
    } catch (error) {
      // One that opens what others were killed in shows what they left behind.
      if (!this.#isDisturbed) this.#stillbirths.add(error);
      throw error;
    }
    return {
      ...child,
      kill: () => {
        this.#isDisturbed = true;
        return child.kill();
      },
    };
  }
}
