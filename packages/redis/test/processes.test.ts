import { creatorTest, incrementTest } from "@stowage/conformance";
import { harness } from "@stowage/redis/harness";
import { describeWith } from "stowage-servers/test";
import { test } from "vitest";

/** What each of 8 processes adds; 500 for a long proof. */
const times = Number(process.env["STOWAGE_INCREMENTS"] ?? 50);
/** How many processes race for how many records; 32 and 100 for a long proof. */
const creators = Number(process.env["STOWAGE_CREATORS"] ?? 8);
const rounds = Number(process.env["STOWAGE_ROUNDS"] ?? 20);
const timeout = 600_000;

for (const kind of ["redis", "cluster"] as const) {
  describeWith(kind, `several processes on ${kind}`, ({ url }) => {
    const redis = harness({ url, name: kind });

    test(`8 that add ${times} each lose none`, { timeout }, () => incrementTest(redis, { processes: 8, times }));
    test(`of ${creators} that race for ${rounds} records, one wins each`, { timeout }, () =>
      creatorTest(redis, { processes: creators, rounds }),
    );
  });
}
