import { type Driver, Store, type StoreOptions } from "@stowage/core";
import type { Backend, Child, Context } from "./case.ts";
import { spawnChild, type RunningChild } from "./child/spawn.ts";

const encoder = new TextEncoder();

/** How large a case is, and what it begins from. */
export type CaseSize = Pick<Context, "scale" | "seed">;

/** What one case opened and started, and how it all ends. */
export class Session {
  readonly #backend: Backend;
  readonly #size: CaseSize;
  readonly #stores: Store[] = [];
  readonly #children: RunningChild[] = [];

  constructor(backend: Backend, size: CaseSize) {
    this.#backend = backend;
    this.#size = size;
  }

  async context(): Promise<Context> {
    const store = await this.#open();
    // Cases take the context apart, so its functions must not depend on `this`.
    return {
      store,
      driver: store.driver,
      capabilities: store.capabilities,
      ...this.#size,
      open: (wrap, options) => this.#open(wrap, options),
      plant: (name, content) => this.#plant(name, content),
      spawn: (task, args) => this.#spawn(task, args),
    };
  }

  /** Ends the children, then closes the stores, also when one of them fails; throws the first failure. */
  async end(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.kill()));
    const ends = await Promise.allSettled(this.#stores.map((store) => store.close()));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  async #open(wrap: (driver: Driver) => Driver = (driver) => driver, options?: StoreOptions): Promise<Store> {
    const store = new Store(wrap(await this.#backend.open()), options);
    this.#stores.push(store);
    return store;
  }

  async #plant(name: string, content: string | Uint8Array): Promise<void> {
    if (this.#backend.plant === undefined) throw new Error("The case plants, but the backend can't");
    await this.#backend.plant(name, typeof content === "string" ? encoder.encode(content) : content);
  }

  async #spawn(task: string, args: unknown): Promise<Child> {
    if (this.#backend.process === undefined) throw new Error("The case spawns, but the backend has no process recipe");
    const child = spawnChild({ recipe: this.#backend.process, task, args });
    this.#children.push(child);
    await child.ready();
    return child;
  }
}
