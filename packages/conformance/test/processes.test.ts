import { memory } from "@stowage/core";
import { creatorTest, type Harness, incrementTest } from "@stowage/conformance";
import { expect, test } from "vitest";

/** A backend of which each process has one of its own, although it claims that they share it. */
const separate: Harness = {
  name: "separate",
  async create() {
    const driver = memory();
    return {
      open: async () => driver,
      process: { module: new URL("../../core/src/index.ts", import.meta.url).href, factory: "memory", options: {} },
      destroy: async () => {},
    };
  },
};

test("increments of processes that don't meet are found out", async () => {
  await expect(incrementTest(separate, { processes: 2, times: 3 })).rejects.toThrow("there is no such record");
});

test("a record that two processes created is found out", async () => {
  await expect(creatorTest(separate, { processes: 2, rounds: 3 })).rejects.toThrow("creators of record 0");
});
