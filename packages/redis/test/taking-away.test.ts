import { harness } from "@stowage/redis/harness";
import { Proxy } from "stowage-servers/proxy";
import { describeWith } from "stowage-servers/test";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, destroy, freshPrefix, keysOf, settingsOf } from "./harness.ts";
import { failureOf } from "./support.ts";

describeWith("redis", "what a case has left on a server behind a network that fails", ({ url }) => {
  const client = clientOf(url);
  let proxy: Proxy;

  beforeAll(async () => {
    proxy = await Proxy.start("redis", settingsOf(url).host.port);
  });
  afterAll(() => proxy?.close());

  function behindProxy(prefix: string, timeoutMs: number): ReturnType<typeof harness> {
    const through = new URL(url);
    through.host = `127.0.0.1:${proxy.port}`;
    return harness({ url: through.href, prefix, timeoutMs });
  }

  test.for(["SCAN", "UNLINK"])("is removed although the connection is lost at %s", async (command) => {
    const prefix = freshPrefix();
    const backend = await behindProxy(prefix, 10_000).create();
    const driver = await backend.open();
    await driver.put("a.json", "1");
    await driver.close?.();
    expect(await keysOf(client, prefix)).not.toEqual([]);
    const isCommand = (request: string): boolean => request.toUpperCase().startsWith(`${command} `);
    const faults = [1, 2].map(() => proxy.fault({ on: isCommand, action: "cut before" }));
    await backend.destroy();
    expect(faults.map(({ hits }) => hits)).toEqual([1, 1]);
    expect(await keysOf(client, prefix)).toEqual([]);
  });

  test("is named where it can't be removed", async () => {
    const prefix = freshPrefix();
    const backend = await behindProxy(prefix, 200).create();
    await (await backend.open()).close?.();
    await proxy.refuse();
    const error = await failureOf(backend.destroy());
    await proxy.accept();
    expect(error.message).toMatch(
      new RegExp(
        `^Cannot remove the keys that begin with "{${prefix}-[0-9a-f]{12}": there is no connection .*, waited \\d+ ms$`,
      ),
    );
    expect(await destroy(client, prefix)).toHaveLength(1);
  });
});
