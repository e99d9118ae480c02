import { tmpdir } from "node:os";
import { type Backend, cases, type Harness, runCases } from "@stowage/conformance";
import { harness } from "@stowage/fs/harness";
import { expect, test } from "vitest";
import { lyingFs } from "./child/lying.ts";

/** A harness whose stores claim to survive a power cut, and flush nothing. */
function lying(sound: Harness): Harness {
  return {
    ...sound,
    async create(): Promise<Backend> {
      const backend = await sound.create();
      const recipe = backend.process!;
      return {
        ...backend,
        // The cast: these are the options that the harness itself opens its stores with.
        open: () => lyingFs(recipe.options as Parameters<typeof lyingFs>[0]),
        process: { ...recipe, module: new URL("child/lying.ts", import.meta.url).href, factory: "lyingFs" },
      };
    },
  };
}

test("a store that flushes nothing is told from one that does by power cuts, and by nothing else", async () => {
  const only = cases.map(({ id }) => id).filter((id) => /^(?:POWER|RECORD)-/.test(id));
  const results = await runCases(lying(harness({ path: tmpdir() })), { only, concurrency: 2 });
  const failed = results.filter(({ status }) => status === "failed").map(({ id }) => id);
  const power = only.filter((id) => id.startsWith("POWER-"));
  // The last one asks of every store only that what is left is no other text than one that was written.
  expect(power.filter((id) => !failed.includes(id))).toEqual(["POWER-015"]);
  expect(failed.filter((id) => !power.includes(id))).toEqual([]);
});
