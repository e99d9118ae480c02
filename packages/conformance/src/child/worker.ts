import nodeModule from "node:module";
import type { Order } from "./spawn.ts";

// Where Node keeps such things: all children but the first start in a third of the time. Bun compiles by other means.
(nodeModule as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();

// The program of a child process.
process.once("message", (order) => {
  void import("./serve.ts").then(({ serve }) => serve(order as Order));
});
