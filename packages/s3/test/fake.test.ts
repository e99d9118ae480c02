import { conformance, type Harness } from "@stowage/conformance";
import { describe, it } from "vitest";
import { type Behaviour, FakeS3 } from "./fake.ts";
import { prefixHarness } from "./setup.ts";
import "./started.ts";

/** The suite passes on the fake as it does on a real server: where a test tells it nothing else, it behaves like one. */
function fakeHarness(name: string, behaviour: Behaviour): Harness {
  return {
    name,
    async create() {
      const fake = await FakeS3.start(behaviour);
      const backend = await prefixHarness(name, fake.options).create();
      return {
        ...backend,
        destroy: async () => {
          try {
            await backend.destroy();
          } finally {
            await fake.stop();
          }
        },
      };
    },
  };
}

conformance(fakeHarness("s3 on an honest fake", { opaqueTags: true }), { describe, it });
