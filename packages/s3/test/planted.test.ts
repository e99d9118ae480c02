import { brokenDrivers, findPlanted } from "@stowage/conformance";
import { harness } from "@stowage/s3/harness";
import { describeWith } from "stowage-servers/test";
import { expect, it } from "vitest";
import { optionsOf } from "./setup.ts";

/** Faults that show only where calls overlap: of handles, and from BROKEN-313 on of processes. */
const planted = /^BROKEN-(?:30[1-9]|31[137])$/;

describeWith("s3", "a fault planted before s3", ({ url }) => {
  const s3 = harness(optionsOf(url));

  for (const { id, title, killedBy } of brokenDrivers.filter(({ id }) => planted.test(id))) {
    it(`is found by ${killedBy} in a few calls: a driver that ${title}`, async () => {
      const { message, calls } = await findPlanted(s3, { fault: id });
      expect(calls, message).toBeGreaterThan(0);
      expect(calls, message).toBeLessThanOrEqual(8);
    });
  }
});
