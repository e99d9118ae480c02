import { createID, IDGenerator, type IDOrder, idWrapMs, parseID, timeOfID } from "@stowage/core/records";
import { describe, expect, test } from "vitest";

/** A generator whose clock stands still until the test moves it, and whose random bytes are 0, 1, 2 … */
function generatorAt(ms: number): { generator: IDGenerator; clock: { ms: number } } {
  const clock = { ms };
  const fill = (bytes: Uint8Array): void => bytes.forEach((_, index) => (bytes[index] = index));
  return { generator: new IDGenerator({ now: () => clock.ms, fill }), clock };
}

function nth(generator: IDGenerator, count: number, order: IDOrder): string {
  for (let made = 1; made < count; made++) generator.create("msg");
  return generator.create("msg", { order });
}

describe("ids", () => {
  // Computed with the algorithm of OpenCode 1.1.16.
  test.each([
    [1768003200000, 1, "ba533e400001", "45acc1bffffe"],
    [1768003200000, 4096, "ba533e401000", "45acc1bfefff"],
    [1786706395135, 1, "fffffffff001", "000000000ffe"],
    [1786706395136, 1, "000000000001", "fffffffffffe"],
    [1795329867666, 1, "201ffbf92001", "dfe00406dffe"],
  ])("made at %d ms as number %d have the fields %s and %s", (ms, count, ascending, descending) => {
    expect(nth(generatorAt(ms).generator, count, "ascending")).toBe(`msg_${ascending}0123456789ABCD`);
    expect(nth(generatorAt(ms).generator, count, "descending")).toBe(`msg_${descending}0123456789ABCD`);
  });

  test("descend for sessions and ascend for the rest", () => {
    const { generator } = generatorAt(1768003200000);
    const made = (["ses", "ses", "msg", "prt", "per", "que", "usr", "pty", "tool"] as const).map((prefix) =>
      generator.create(prefix).slice(0, -14),
    );
    expect(made).toEqual([
      "ses_45acc1bffffe",
      "ses_45acc1bffffd",
      "msg_ba533e400003",
      "prt_ba533e400004",
      "per_ba533e400005",
      "que_ba533e400006",
      "usr_ba533e400007",
      "pty_ba533e400008",
      "tool_ba533e400009",
    ]);
  });

  test("count from 1 again when the clock shows another millisecond, also a former one", () => {
    const { generator, clock } = generatorAt(1768003200000);
    generator.create("msg");
    clock.ms++;
    expect(generator.create("msg")).toMatch(/^msg_ba533e401001/);
    clock.ms--;
    expect(generator.create("msg")).toMatch(/^msg_ba533e400001/);
  });

  test("take their random characters from bytes modulo 62", () => {
    const bytes = [0, 61, 62, 123, 124, 255, 10, 35, 36, 9, 1, 2, 3, 4];
    const generator = new IDGenerator({ now: () => 0, fill: (target) => target.set(bytes) });
    expect(generator.create("prt")).toBe("prt_0000000000010z0z07AZa91234");
  });

  test("of the process are distinct and as long as OpenCode's", () => {
    const ids = Array.from({ length: 1000 }, () => createID("msg"));
    expect(new Set(ids).size).toBe(1000);
    expect(ids[0]).toHaveLength(30);
    expect(createID("tool")).toHaveLength(31);
  });
});

describe("an id taken apart", () => {
  test.each([
    ["msg_ba533e400001aaaaaaaaaaaaaa", "ascending"],
    ["ses_45acc1bffffeaaaaaaaaaaaaaa", "descending"],
  ] as const)("gives what it was made of: %s", (id, order) => {
    const parsed = parseID(id)!;
    expect(parsed).toEqual({
      prefix: id.slice(0, 3),
      order,
      time: 1768003200000 % idWrapMs,
      counter: 1,
      random: "aaaaaaaaaaaaaa",
    });
    expect(timeOfID(parsed, 1768003200000 + 5000)).toBe(1768003200000);
  });

  test("is read in another order when the caller knows it was made so", () => {
    const id = new IDGenerator({ now: () => 1768003200000 }).create("msg", { order: "descending" });
    expect(parseID(id, "descending")).toMatchObject({ time: 1768003200000 % idWrapMs, counter: 1 });
  });

  test("after 4,096 in a millisecond shows the next one", () => {
    expect(parseID("msg_ba533e401000aaaaaaaaaaaaaa")).toMatchObject({
      time: (1768003200000 + 1) % idWrapMs,
      counter: 0,
    });
  });

  test("has its time next to the one that is known, on both sides of a wrap", () => {
    const wrap = Date.parse("2026-08-14T11:19:55.136Z");
    expect(wrap % idWrapMs).toBe(0);
    for (const ms of [wrap - 1, wrap, wrap + 1, wrap - idWrapMs, wrap + idWrapMs - 1]) {
      const parsed = parseID(new IDGenerator({ now: () => ms }).create("msg"))!;
      for (const near of [ms - 30_000_000_000, ms, ms + 30_000_000_000]) expect(timeOfID(parsed, near)).toBe(ms);
    }
  });

  test("sorts before older ones when it was made after a wrap", () => {
    const wrap = Date.parse("2026-08-14T11:19:55.136Z");
    const [before, after] = [wrap - 1, wrap].map((ms) => new IDGenerator({ now: () => ms }).create("msg"));
    expect(after! < before!).toBe(true);
  });

  test.each(["", "msg", "msg_1", "abc_ba533e400001aaaaaaaaaaaaaa", "msg_BA533E400001aaaaaaaaaaaaaa", "msg-x"])(
    "is nothing when it has another shape: %j",
    (id) => {
      expect(parseID(id)).toBeUndefined();
    },
  );
});
