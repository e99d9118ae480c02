// Packs every package as it would be published and holds the tarballs against publint and attw. The tests in `runtimes` use
// such tarballs: what works in the workspace but not from a tarball is found there.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packAll, run } from "./packages.ts";

const root = join(import.meta.dirname, "..");
const bin = (name: string): string => join(root, "node_modules/.bin", name);
const scratch = mkdtempSync(join(tmpdir(), "stowage-packages-"));

try {
  const tarballs = await packAll(scratch);
  for (const tarball of tarballs.values()) {
    await run(bin("publint"), ["run", tarball, "--strict"], root);
    await run(bin("attw"), [tarball, "--profile", "esm-only"], root);
  }
  console.log(`packages: ${tarballs.size} packed and checked`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
