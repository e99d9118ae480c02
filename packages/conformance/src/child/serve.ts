import nodeModule from "node:module";
import { type Driver, Store } from "@stowage/core";
import type { BrokenDriver } from "../broken/index.ts";
import type { ProcessRecipe } from "../case.ts";
import type { Disk } from "../disk/disk.ts";
import type { DiskFault } from "../disk/fault.ts";
import { ownView } from "../scoped.ts";
import { dying } from "./dying.ts";
import type { Order, Word } from "./spawn.ts";
import { tasks } from "./tasks.ts";

// Bun compiles by other means.
const { flushCompileCache } = nodeModule as { readonly flushCompileCache?: () => void };

/** The parent is gone, and nobody waits for this process any more. */
const leave = (): never => process.exit(1);
process.once("disconnect", leave);

/** Opens the data, says so, waits for "run", does its task, closes, and lets the process end by itself. */
export async function serve(order: Order): Promise<void> {
  const { recipe, task, args } = order;
  let disk: Disk | undefined;
  try {
    const body = tasks[task];
    if (body === undefined) throw new Error(`There is no task ${JSON.stringify(task)}`);
    disk = order.disk === undefined ? undefined : await putDiskBefore(recipe, order.disk);
    const store = await openStore(order);
    // A process that is killed keeps nothing of it by itself.
    flushCompileCache?.();
    const start = new Promise<void>((resolve) => process.once("message", () => resolve()));
    void say({ type: "ready" });
    await start;
    disk?.arm(order.disk!.filter(({ whileOpening }) => whileOpening !== true));
    const value = await body(store, args, () => void say({ type: "progress" }), disk);
    await store.close();
    disk?.check();
    await say({ type: "result", value: value ?? null });
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    // Whatever a disk that is passed by has made of a driver says nothing about it.
    await say({ type: "failure", message: disk?.complaint() ?? reason });
    process.exitCode = 1;
  }
  // Only the channel may have kept the process alive: a store that keeps it alive after `close` shows now.
  process.off("disconnect", leave);
  process.disconnect();
}

async function openStore({ recipe, dies }: Order): Promise<Store> {
  const broken = recipe.broken === undefined ? undefined : await brokenDriver(recipe.broken);
  const sound = await openDriver(recipe);
  const driver = broken?.make(sound) ?? sound;
  const view = recipe.scope === undefined ? driver : ownView(recipe.scope, driver);
  const seen = dies === undefined ? view : dying(view, dies);
  return broken?.store?.(seen) ?? new Store(seen);
}

async function openDriver({ module: url, factory: name, options }: ProcessRecipe): Promise<Driver> {
  const module = (await import(url)) as Readonly<Record<string, (options: unknown) => Promise<Driver>>>;
  const factory = module[name];
  if (factory === undefined) throw new Error(`${url} exports no ${name}`);
  return factory(options);
}

async function putDiskBefore({ files }: ProcessRecipe, faults: readonly DiskFault[]): Promise<Disk> {
  if (files === undefined) throw new Error("The case has faults of a disk, but the recipe has no files");
  // Before the driver is loaded: what it takes from `node:fs` then has the faults.
  const { installDisk } = await import("../disk/install.ts");
  const disk = installDisk(files);
  disk.arm(faults.filter(({ whileOpening }) => whileOpening === true));
  return disk;
}

async function brokenDriver(id: string): Promise<BrokenDriver> {
  // Loaded only where it is asked for: every child would wait for it.
  const { brokenDrivers } = await import("../broken/index.ts");
  const broken = brokenDrivers.find((one) => one.id === id);
  if (broken === undefined) throw new Error(`There is no broken driver ${JSON.stringify(id)}`);
  return broken;
}

/** Resolves when it is on its way: what is long would be lost with the channel. */
function say(word: Word): Promise<void> {
  return new Promise((resolve) => {
    process.send!(word, () => resolve());
  });
}
