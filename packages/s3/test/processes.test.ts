import { creatorTest, incrementTest } from "@stowage/conformance";
import { harness } from "@stowage/s3/harness";
import { describeWith } from "stowage-servers/test";
import { test } from "vitest";
import { optionsOf } from "./setup.ts";

/** What each of 8 processes adds; 500 for a long proof. */
const times = Number(process.env["STOWAGE_INCREMENTS"] ?? 10);
/** How many processes race for how many records; 32 and 100 for a long proof. */
const creators = Number(process.env["STOWAGE_CREATORS"] ?? 8);
const rounds = Number(process.env["STOWAGE_ROUNDS"] ?? 5);
const timeout = 3_600_000;

describeWith("s3", "several processes on s3", ({ url }) => {
  const s3 = harness(optionsOf(url));

  test(`8 that add ${times} each lose none`, { timeout }, () => incrementTest(s3, { processes: 8, times }));
  test(`of ${creators} that race for ${rounds} records, one wins each`, { timeout }, () =>
    creatorTest(s3, { processes: creators, rounds }),
  );
});
