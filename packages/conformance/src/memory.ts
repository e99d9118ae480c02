import { type Driver, memory, type MemoryOptions } from "@stowage/core";
import type { Harness } from "./case.ts";

/**
 * The harness of core's memory driver: the shortest example of one. All handles are the one driver, since nothing else
 * holds its data.
 *
 * @param wrap - what is put between the driver and the store: how the suite is pointed at a broken driver.
 */
export function memoryHarness(
  options: MemoryOptions = {},
  wrap: (driver: Driver) => Driver = (driver) => driver,
): Harness {
  return {
    name: "memory",
    async create() {
      const data = memory(options);
      return {
        open: async () => wrap(data),
        plant: async (name, bytes) => {
          await data.put(name, new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
        },
        holds: "text",
        destroy: async () => {},
      };
    },
  };
}
