import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const variable = "NODE_COMPILE_CACHE";

/** Runs a step whose child processes keep what they compile for each other in a folder that is gone when it has ended. */
export async function withCompileCache<T>(step: () => Promise<T>): Promise<T> {
  if (process.env[variable] !== undefined) return step();
  const folder = mkdtempSync(join(tmpdir(), "stowage-compiled-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.env[variable] = folder;
  process.on("exit", remove);
  try {
    return await step();
  } finally {
    process.off("exit", remove);
    delete process.env[variable];
    remove();
  }
}
