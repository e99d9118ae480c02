import nodeModule from "node:module";
import type { Order } from "./spawn.ts";

// Where Node keeps such things: all children but the first start in a third of the time. Bun compiles by other means.
(nodeModule as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();

// A terminal sends its signals to all processes of the command. When a child ends is for the command to say, which lets the case
// that is under way end; a child that the signal killed would look like a failure of the driver.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

// The program of a child process.
process.once("message", (order) => {
  void import("./serve.ts").then(({ serve }) => serve(order as Order));
});
