// A store that says "power" and flushes nothing: what a disk, a container, or an option that was forgotten makes of a sound one.
import { delegate, type Driver } from "@stowage/core";
import { fs, type FsOptions } from "@stowage/fs";

export async function lyingFs(options: FsOptions): Promise<Driver> {
  const driver = await fs({ ...options, durability: "process" });
  return delegate(driver, {
    capabilities: { ...driver.capabilities, durability: "power" },
    sync: async () => {},
  });
}
