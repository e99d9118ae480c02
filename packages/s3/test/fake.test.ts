import { cases, conformance, type Harness } from "@stowage/conformance";
import { harness } from "@stowage/s3/harness";
import { describe, it } from "vitest";
import { type Behaviour, FakeS3 } from "./fake.ts";
import "./started.ts";

/** Where a test tells it nothing else, the fake behaves like a real server in what the tests with it rely on. */
const only = cases.map(({ id }) => id).filter((id) => /^(?:RECORD|VERSION|UPDATE|RANGE|PREFIX|MARKER)-/.test(id));

function fakeHarness(name: string, behaviour: Behaviour): Harness {
  return {
    name,
    async create() {
      const fake = await FakeS3.start(behaviour);
      const backend = await harness({ ...fake.options, name }).create();
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

conformance(fakeHarness("s3 on an honest fake", { opaqueTags: true }), { describe, it }, { only });
