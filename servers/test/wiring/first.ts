import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { describeWith } from "../../test.ts";

describeWith("redis", "the first project", ({ url }) => {
  it("writes to the server", async () => {
    const client = new Redis(url);
    expect(await client.set("from", "first")).toBe("OK");
    client.disconnect();
  });
});
