import type { Store } from "@stowage/core";
import { type RedisSentinel, startRedisSentinel } from "stowage-servers";
import { Proxy } from "stowage-servers/proxy";
import { describeWithOwn } from "stowage-servers/test";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { isScript, opener } from "./faulty.ts";

await describeWithOwn("redis", "a primary whose replica must confirm each write", () => {
  let server: RedisSentinel;
  let proxy: Proxy;
  let open: () => Promise<Store>;

  beforeAll(async () => {
    server = await startRedisSentinel();
    proxy = await Proxy.start("redis", server.primary.port);
  });
  beforeEach(() => {
    proxy.heal();
    open = opener(`redis://127.0.0.1:${proxy.port}`, { replicas: 1, timeoutMs: 1000 });
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.stop();
  });

  const calls: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
    write: (store) => store.write(["a"], "new"),
    creation: (store) => store.put(["b"], "new", { ifVersion: null }),
    "conditional put": async (store) => store.put(["a"], "new", { ifVersion: await versionOf(store) }),
    remove: (store) => store.remove(["a"]),
    batch: (store) => store.batch([{ type: "write", key: ["a"], value: "new" }]),
    "batch of removals": (store) => store.batch([{ type: "remove", key: ["a"] }]),
    removePrefix: (store) => store.removePrefix([]),
  };

  async function versionOf(store: Store): Promise<string> {
    return (await store.get(["a"]))?.version as string;
  }

  test.for(Object.entries(calls))("a %s that the replica has is done", async ([, call]) => {
    const store = await open();
    await store.write(["a"], "old");
    await expect(call(store)).resolves.not.toThrow();
  });

  for (const isLost of [false, true]) {
    const title = isLost ? "%s that is repeated, since its answer was lost," : "%s";
    test.for(Object.entries(calls))(`a ${title} is not acknowledged before the replica has it`, async ([, call]) => {
      const store = await open();
      await store.write(["a"], "old");
      server.replica.pause();
      try {
        const fault = proxy.fault({ on: isScript, action: "cut after", times: isLost ? 1 : 0 });
        const failure = call(store);
        await expect(failure).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
        await expect(failure).rejects.toThrow("may have been applied");
        expect(fault.hits).toBe(isLost ? 1 : 0);
      } finally {
        server.replica.resume();
      }
    });
  }
});
