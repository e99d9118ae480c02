import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { describeWith } from "../../test.ts";

describeWith("redis", "the second project", ({ url }) => {
  it("reads what the first project wrote", async () => {
    const client = new Redis(url);
    await expect.poll(() => client.get("from")).toBe("first");
    client.disconnect();
  });
});
