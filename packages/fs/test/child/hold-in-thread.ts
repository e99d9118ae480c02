import { parentPort, workerData } from "node:worker_threads";
import { Store } from "@stowage/core";
import { fs } from "../../src/index.ts";

// As a worker thread: takes the lock of a record and never lets go.
const store = new Store(await fs({ path: workerData as string }));
await store.update(["held"], () => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is the port of a thread, not a window
  parentPort?.postMessage("holding");
  for (;;);
});
