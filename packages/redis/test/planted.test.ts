import { brokenDrivers, findPlanted } from "@stowage/conformance";
import { harness } from "@stowage/redis/harness";
import { describeWith } from "stowage-servers/test";
import { expect, it } from "vitest";

/** Faults that show only where calls overlap: of handles, and from BROKEN-313 on of processes. */
const planted = /^BROKEN-(?:30[1-9]|31[0137])$/;

for (const kind of ["redis", "cluster"] as const) {
  describeWith(kind, `a fault planted before ${kind}`, ({ url }) => {
    const redis = harness({ url, name: kind });

    for (const { id, title, killedBy } of brokenDrivers.filter(({ id }) => planted.test(id))) {
      it(`is found by ${killedBy} in a few calls: a driver that ${title}`, async () => {
        const { message, calls } = await findPlanted(redis, { fault: id });
        expect(calls, message).toBeGreaterThan(0);
        expect(calls, message).toBeLessThanOrEqual(8);
      });
    }
  });
}
