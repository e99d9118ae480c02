import {
  type Answer,
  checkHistory,
  findPlanted,
  memoryHarness,
  type Recorded,
  runCases,
  type Value,
} from "@stowage/conformance";
import { delegate, type Driver, DriverError } from "@stowage/core";
import { describe, expect, it } from "vitest";
import { add, call, list, put, read, remove, versionOf, write } from "./history.ts";

/** Writes 9 on the condition that 7 is there. */
const putIf7 = (client: number, start: number, end: number, answer: Answer): Recorded =>
  call(client, start, end, { type: "put", value: 9, ifVersion: versionOf(7) }, answer);

interface Example {
  readonly title: string;
  readonly history: readonly Recorded[];
  readonly initial?: Value;
}

const explained: readonly Example[] = [
  { title: "nothing at all", history: [] },
  { title: "a write and then a read", history: [write(1, 0, 1, 7), read(2, 2, 3, 7)] },
  { title: "a read of the old number during a write", history: [write(1, 0, 9, 7), read(2, 1, 2, null)] },
  { title: "a read of the new number during a write", history: [write(1, 0, 9, 7), read(2, 1, 2, 7)] },
  {
    title: "writes at once that readers see in the order of their ends turned round",
    history: [write(1, 0, 9, 7), write(2, 0, 5, 8), read(3, 10, 11, 8)],
  },
  {
    title: "a write without an answer that took effect late",
    history: [write(1, 0, null, 7), read(2, 5, 6, null), read(2, 50, 51, 7)],
  },
  { title: "a write without an answer that never took effect", history: [write(1, 0, null, 7), read(2, 50, 51, null)] },
  {
    title: "a condition met and one missed",
    history: [put(1, 0, 1, 7, null), put(2, 2, 3, 8, 7), put(1, 4, 5, 9, 7, 8)],
  },
  {
    title: "a number that is gone, removed, and there again",
    history: [write(1, 0, 1, 7), remove(1, 2, 3), read(2, 4, 5, null), write(1, 6, 7, 8), read(2, 8, 9, 8)],
  },
  {
    title: "increments at once",
    initial: 0,
    history: [add(1, 0, 9, 2), add(2, 0, 9, 1), add(3, 0, 9, 3), read(1, 10, 11, 3)],
  },
  {
    title: "an increment without an answer between two others",
    initial: 0,
    history: [add(1, 0, 1, 1), add(2, 0, null, null), add(1, 2, 3, 3)],
  },
  { title: "an increment of what is not there", history: [add(1, 0, 1, null)] },
  {
    title: "a listing during a removal",
    initial: 7,
    history: [remove(1, 0, 9), list(2, 1, 2, true), list(2, 3, 4, false)],
  },
  {
    title: "a read that ends at the instant at which the write begins",
    history: [read(2, 0, 5, 7), write(1, 5, 6, 7)],
  },
  {
    title: "a refusal by a version that nobody was told, while there is a record that nobody looked at",
    history: [put(1, 0, 1, 7, null), write(2, 2, 3, 8), putIf7(1, 4, 5, { conflict: "unknown" })],
  },
];

const unexplained: readonly (Example & { readonly reason: string; readonly size: number })[] = [
  {
    title: "a stale read",
    history: [write(1, 0, 1, 7), write(1, 2, 3, 8), read(2, 4, 5, 8), read(3, 6, 7, 7)],
    reason: "client 3 read 7 after client 2 read 8",
    size: 2,
  },
  {
    title: "a read that misses what was acknowledged",
    history: [write(1, 0, 1, 7), read(2, 2, 3, null)],
    reason: "client 2 found nothing after client 1's write of 7 was acknowledged",
    size: 2,
  },
  {
    title: "a client that misses its own write",
    history: [write(1, 0, 1, 7), read(1, 2, 3, null)],
    reason: "client 1 found nothing after its own write of 7 was acknowledged",
    size: 2,
  },
  {
    title: "a number that nobody wrote",
    history: [write(1, 0, 1, 7), read(2, 2, 3, 9)],
    reason: "client 2 read 9, which nobody ever wrote",
    size: 1,
  },
  {
    title: "a number read before it was written",
    history: [read(2, 2, 3, 9), write(1, 4, 5, 9)],
    reason: "client 2 read 9, which nobody had written yet",
    size: 1,
  },
  {
    title: "a write that was refused, and seen all the same",
    history: [put(1, 0, 1, 7, null), put(2, 2, 3, 8, null, 7), read(3, 4, 5, 8)],
    reason: "client 3 read 8, which nobody ever wrote",
    size: 1,
  },
  {
    title: "reads that go back while a write runs",
    history: [write(1, 0, 1, 7), write(1, 2, 99, 8), read(2, 10, 11, 8), read(3, 20, 21, 7)],
    reason: "client 3 read 7 after client 2 read 8",
    size: 3,
  },
  {
    title: "readers that see two writes in different orders",
    history: [
      write(1, 0, 90, 7),
      write(2, 0, 90, 8),
      read(3, 10, 20, 7),
      read(4, 15, 25, 8),
      read(3, 30, 40, 8),
      read(4, 30, 45, 7),
    ],
    reason: "client 4 read 7 after it read 8",
    size: 6,
  },
  {
    title: "a removed record that comes back",
    history: [write(1, 0, 1, 7), remove(2, 2, 3), read(3, 4, 5, null), read(3, 6, 7, 7)],
    reason: "client 3 read 7 after it found nothing",
    size: 2,
  },
  {
    title: "a record that vanishes",
    history: [read(1, 0, 1, 5), read(2, 2, 3, null)],
    initial: 5,
    reason: "client 2 found nothing, although nobody had removed it",
    size: 1,
  },
  {
    title: "two creators",
    history: [put(1, 0, 5, 7, null), put(2, 1, 4, 8, null)],
    reason: "client 1 created the record, and so did client 2, but only one of them can have",
    size: 2,
  },
  {
    title: "a lost update",
    history: [put(1, 0, 1, 7, null), read(2, 2, 3, 7), read(3, 2, 3, 7), put(2, 4, 8, 8, 7), put(3, 5, 9, 9, 7)],
    reason: "client 3 replaced 7, and so did client 2, but only one of them can have",
    size: 2,
  },
  {
    title: "a lost increment",
    initial: 0,
    history: [add(1, 0, 1, 1), add(2, 2, 8, 2), add(3, 3, 9, 2), read(1, 10, 11, 2)],
    reason: "client 3 added 1 to 1, and so did client 2: one addition is lost",
    size: 2,
  },
  {
    title: "an increment that counts twice",
    initial: 0,
    history: [add(1, 0, 1, 1), read(2, 2, 3, 2)],
    reason: "client 2 read 2, which nobody ever wrote",
    size: 1,
  },
  {
    title: "a refusal although the record is still the same",
    history: [put(1, 0, 1, 7, null), call(2, 2, 3, { type: "put", value: 8, ifVersion: "v7" }, { conflict: "v7" })],
    reason: "client 2's put was refused although the record was still 7",
    size: 1,
  },
  {
    title: "a refusal that tells of what was replaced long ago",
    history: [put(1, 0, 1, 7, null), put(1, 2, 3, 8, 7), put(2, 4, 5, 9, null, 7)],
    reason: "client 2's put was refused because the record was 7 after client 1's write of 8 was acknowledged",
    size: 2,
  },
  {
    // The condition was met by a number that came, went, and can't be there again: nobody writes one twice.
    title: "a condition met by what has been gone and made again as something else",
    history: [put(1, 0, 1, 7, null), remove(2, 2, 3), put(2, 4, 5, 8, null), put(1, 6, 7, 9, 7)],
    reason: "client 1 replaced 7 after client 2's write of 8 was acknowledged",
    size: 2,
  },
  {
    title: "a refusal by a version that nobody was told, when there is no record",
    history: [put(1, 0, 1, 7, null), remove(2, 2, 3), putIf7(1, 4, 5, { conflict: "unknown" })],
    reason: "client 1's put was refused because of another version although there was no record",
    size: 2,
  },
  {
    title: "a refusal while there is the number that was asked for, and then none",
    history: [put(1, 0, 1, 7, null), remove(2, 2, 9), putIf7(1, 3, 8, { conflict: "unknown" })],
    reason:
      "client 1's put was refused because of another version although the record was still 7 or there was no record",
    size: 3,
  },
  {
    title: "a record that vanishes, behind a read that ended at the instant at which the write began",
    history: [read(2, 0, 5, 7), write(1, 5, 6, 7), read(3, 8, 9, null)],
    reason: "client 3 found nothing after client 1's write of 7 was acknowledged",
    size: 2,
  },
  {
    title: "a listing that misses a record",
    history: [write(1, 0, 1, 7), list(2, 2, 3, false)],
    reason: "client 2's listing missed the record after client 1's write of 7 was acknowledged",
    size: 2,
  },
  {
    title: "a listing that shows what is removed",
    initial: 7,
    history: [remove(1, 0, 1), list(2, 2, 3, true)],
    reason: "client 2's listing showed the record after client 1's removal was acknowledged",
    size: 2,
  },
  {
    title: "a version of two numbers",
    history: [
      call(1, 0, 1, { type: "read" }, { value: 7, version: "v" }),
      call(1, 2, 3, { type: "read" }, { value: 8, version: "v" }),
    ],
    reason: 'the version "v" stands for 7 and for 8',
    size: 0,
  },
];

describe("a history has an order that explains it:", () => {
  for (const { title, history, initial } of explained) {
    it(title, () => expect(checkHistory(history, initial)).toBeUndefined());
  }
});

describe("a history has no order that explains it:", () => {
  for (const { title, history, initial, reason, size } of unexplained) {
    it(title, () => {
      const finding = checkHistory(history, initial);
      expect(finding?.reason).toBe(reason);
      expect(finding?.calls).toHaveLength(size);
    });
  }

  it("records are looked at one by one", () => {
    const other = { ...read(2, 2, 3, 9), key: 4 };
    expect(checkHistory([write(1, 0, 1, 7), other, read(1, 2, 3, 7)])).toMatchObject({ key: 4, calls: [other] });
  });
});

describe("the picture of a finding", () => {
  it("shows who called what and when, and what overlaps", () => {
    const history = [
      write(1, 0, 90, 7),
      write(2, 0, 90, 8),
      read(3, 10, 20, 7),
      read(4, 30, 40, 8),
      read(3, 50, 60, 7),
    ];
    expect(checkHistory(history)?.picture).toBe(
      [
        "client 1  |--------------------|  write 7  0 to 90 us",
        "client 2  |--------------------|  write 8  0 to 90 us",
        "client 3     |--|                 read: 7  10 to 20 us",
        "client 4           |--|           read: 8  30 to 40 us",
        "client 3                 |--|     read: 7  50 to 60 us",
      ].join("\n"),
    );
  });

  it("has 80 columns at most, and leaves open what never came back", () => {
    const readers = Array.from({ length: 20 }, (_, i) => read(i, 10 * i + 1, 10 * i + 9, i % 2 === 0 ? 1007 : 1008));
    const lines = checkHistory([put(30, 0, null, 1007, null), put(31, 0, 999, 1008, null), ...readers])?.picture.split(
      "\n",
    );
    expect(lines?.filter((line) => line.length > 80)).toEqual([]);
    expect(lines?.[0]).toMatch(/^client 30 {2}\|-+> {2}put 1007 if absent: no answer {2}0 to \? us$/);
  });
});

/** Loses the answer to each n-th write, which is applied or not, and says so. */
function losingAnswers(driver: Driver, n: number): Driver {
  let count = 0;
  return delegate(driver, {
    async put(name, text, ifVersion) {
      const turn = ++count % (2 * n);
      if (turn === 0) throw new DriverError("UNAVAILABLE", "the answer was lost, the write may have been applied");
      const outcome = await driver.put(name, text, ifVersion);
      if (turn === n) throw new DriverError("UNAVAILABLE", "the answer was lost, the write may have been applied");
      return outcome;
    },
  });
}

describe("the cases that record histories", () => {
  it("take a lost answer for what it is: the call took effect, or did not", async () => {
    const harness = memoryHarness({}, (driver) => losingAnswers(driver, 5));
    const results = await runCases(harness, { only: ["LINEAR-002", "LINEAR-016"] });
    expect(results.map(({ status }) => status)).toEqual(["passed", "passed"]);
  });

  it("fail with an error that nobody expects", async () => {
    const busy = memoryHarness({}, (driver) =>
      delegate(driver, { get: () => Promise.reject(new DriverError("BUSY", "somebody holds it")) }),
    );
    const [result] = await runCases(busy, { only: ["LINEAR-001"] });
    expect(String(result?.error)).toContain("somebody holds it");
  });

  it("fail with NOT_FOUND of a call to which that is no answer", async () => {
    const { message, calls } = await findPlanted(memoryHarness(), { fault: "BROKEN-581" });
    expect(message).toMatch(/^Cannot write "linear\/000\d": there is no such record$/);
    expect(calls).toBe(0);
  });

  it("may pass although a gap of them is known, as chance has a part in it", async () => {
    const harness = { ...memoryHarness(), knownGaps: { "LINEAR-001": "for this test" } };
    const [result] = await runCases(harness, { only: ["LINEAR-001"] });
    expect(result).toMatchObject({ status: "skipped", reason: "known gap, not met this time: for this test" });
  });

  it("say what can't be, show it, and say how to look again", async () => {
    const { message, calls, seed } = await findPlanted(memoryHarness(), { fault: "BROKEN-301" });
    const [first, picture, last] = message.split("\n\n");
    expect(first).toMatch(
      /^No order of the calls on the record \["linear","000\d"\] explains what they gave: client \d /,
    );
    expect(picture?.split("\n")).toHaveLength(calls);
    expect(last).toContain(`To try again: --only LINEAR-001 --seed ${seed} --scale 1`);
  });

  it("are no witnesses of what they can't see", async () => {
    const blind = findPlanted(memoryHarness(), { fault: "BROKEN-306", by: "LINEAR-001", tries: 2 });
    await expect(blind).rejects.toThrow("LINEAR-001 did not find BROKEN-306 within 2 runs");
    const alone = findPlanted(memoryHarness(), { fault: "BROKEN-313" });
    await expect(alone).rejects.toThrow("LINEAR-010 can't find BROKEN-313 here: no other process can see the data");
    await expect(findPlanted(memoryHarness(), { fault: "BROKEN-999" })).rejects.toThrow(
      'no broken driver "BROKEN-999"',
    );
  });
});
