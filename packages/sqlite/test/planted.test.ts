import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { brokenDrivers, findPlanted } from "@stowage/conformance";
import { harness } from "@stowage/sqlite/harness";
import { describe, expect, it } from "vitest";

/** Faults that show only where calls overlap: of handles, and from BROKEN-313 on of processes. */
const planted = /^BROKEN-(?:30[1-9]|31[01237])$/;

describe("a fault planted before sqlite", () => {
  const sqlite = harness({ path: existsSync("/dev/shm") ? "/dev/shm" : tmpdir() });

  for (const { id, title, killedBy } of brokenDrivers.filter(({ id }) => planted.test(id))) {
    it(`is found by ${killedBy} in a few calls: a driver that ${title}`, async () => {
      const { message, calls } = await findPlanted(sqlite, { fault: id });
      expect(calls, message).toBeGreaterThan(0);
      expect(calls, message).toBeLessThanOrEqual(8);
    });
  }

  it("is found by LINEAR-015 from other processes: a driver that performs an atomic batch one by one", async () => {
    const { message, calls } = await findPlanted(sqlite, { fault: "BROKEN-312", by: "LINEAR-015" });
    expect(calls, message).toBeGreaterThan(0);
    expect(calls, message).toBeLessThanOrEqual(8);
  });
});
