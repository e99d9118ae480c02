import { type Driver, Store } from "@stowage/core";
import type { ProcessRecipe } from "../case.ts";
import { ownView } from "../scoped.ts";
import type { Order, Word } from "./spawn.ts";
import { tasks } from "./tasks.ts";

// The program of a child process: opens the data, says so, waits for "run", does its task, closes, and ends by itself.
process.once("message", (order) => {
  void serve(order as Order);
});

async function serve({ recipe, task, args }: Order): Promise<void> {
  try {
    const body = tasks[task];
    if (body === undefined) throw new Error(`There is no task ${JSON.stringify(task)}`);
    const store = new Store(await openDriver(recipe));
    const start = new Promise<void>((resolve) => process.once("message", () => resolve()));
    say({ type: "ready" });
    await start;
    const value = await body(store, args, () => say({ type: "progress" }));
    await store.close();
    say({ type: "result", value: value ?? null });
  } catch (error) {
    say({ type: "failure", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exitCode = 1;
  }
  // Only the channel may have kept the process alive: a store that keeps it alive after `close` shows now.
  process.disconnect();
}

async function openDriver(recipe: ProcessRecipe): Promise<Driver> {
  const module = (await import(recipe.module)) as Readonly<Record<string, (options: unknown) => Promise<Driver>>>;
  const factory = module[recipe.factory];
  if (factory === undefined) throw new Error(`${recipe.module} exports no ${recipe.factory}`);
  const driver = await factory(recipe.options);
  return recipe.scope === undefined ? driver : ownView(recipe.scope, driver);
}

function say(word: Word): void {
  process.send?.(word);
}
