import {
  declareCapabilities,
  delegate,
  DriverError,
  type Driver,
  type DriverOp,
  Gate,
  KeyedLock,
  markerProblem,
  memory,
  type Range,
  readonly,
  retry,
  scope,
  type Stored,
  Store,
} from "@stowage/core";
import { describe, expect, test } from "vitest";

// What the store does for a driver that leaves things out, and what it makes of what a driver throws. The laws
// themselves are cases of the conformance suite.

/** The memory driver with methods replaced; `undefined` takes an optional one away. */
function driverWith(change: Partial<Record<keyof Driver, unknown>>): Driver {
  const inner = memory();
  return new Proxy(inner, {
    get(target, property) {
      if (property in change) return change[property as keyof Driver];
      const member: unknown = Reflect.get(target, property);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

const minimal = { getMany: undefined, scan: undefined, update: undefined, batch: undefined, removeRange: undefined };

describe("a step of an iteration that is under way at close", () => {
  test.for([
    ["keys", (store: Store) => store.keys([]).next()],
    ["entries", (store: Store) => store.entries([]).next()],
  ] as const)("of %s is answered, however many pages it takes", async ([, step]) => {
    let pages = 0;
    async function* list(): AsyncGenerator<string[]> {
      for (const page of [[], ["no record.txt"], ["a.json"]]) {
        pages++;
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield page;
      }
    }
    const store = new Store(driverWith({ ...minimal, list }));
    await store.write(["a"], 1);
    const answer = step(store);
    await expect.poll(() => pages).toBe(1);
    const closed = store.close();
    expect(await answer).toMatchObject({ done: false });
    expect(pages).toBe(3);
    await closed;
  });
});

describe("a store over a driver without optional methods", () => {
  test("has batches, bulk reads, scans and removal by prefix all the same", async () => {
    const store = new Store(driverWith(minimal));
    const keys = Array.from({ length: 300 }, (_, index) => ["a", `k${String(index).padStart(3, "0")}`]);
    await store.batch(keys.map((key, value) => ({ type: "write", key, value })));
    expect(await store.readMany([...keys.slice(0, 2), ["gone"]])).toEqual([0, 1, undefined]);
    const values: unknown[] = [];
    for await (const entry of store.entries(["a"])) values.push(entry.value);
    expect(values).toEqual(keys.map((_, value) => value));
    expect(await store.removePrefix(["a"])).toBe(300);
    expect(await store.list([])).toEqual([]);
  });

  test("repeats an update after a conflict", async () => {
    const driver = driverWith(minimal);
    const [one, other] = [new Store(driver), new Store(driver)];
    await one.write(["n"], 0);
    const increments = [one, other].flatMap((store) =>
      Array.from({ length: 50 }, () => store.update<number>(["n"], (n) => n + 1)),
    );
    await Promise.all(increments);
    expect(await one.read(["n"])).toBe(100);
  });

  test("gives up an update with CONFLICT when others are always faster", async () => {
    const driver = driverWith({
      put: async () => ({ done: false, version: "theirs" }),
      get: async () => ({ text: "1", version: "1" }),
    });
    const store = new Store(driver, { updateTimeoutMs: 20 });
    await expect(store.update<number>(["n"], (n) => n + 1)).rejects.toMatchObject({
      code: "CONFLICT",
      currentVersion: "theirs",
      retryable: true,
    });
  });
});

describe("a store over a driver whose conditions hold in this process only", () => {
  test("orders writers of a key itself and gives the driver no condition", async () => {
    const inner = memory();
    const conditions: unknown[] = [];
    const driver = driverWith({
      ...minimal,
      capabilities: Object.freeze({ ...inner.capabilities, compareAndSwap: "process" }),
      get: (name: string) => inner.get(name),
      put: async (name: string, text: string, ifVersion?: string | null) => {
        conditions.push(ifVersion);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
        return inner.put(name, text);
      },
    });
    const store = new Store(driver);
    await store.write(["n"], 0);
    // Two stores over one driver are still one process.
    const stores = [store, new Store(driver)];
    const increments = Array.from({ length: 30 }, (_, i) =>
      (stores[i % 2] as Store).update<number>(["n"], (n) => n + 1),
    );
    await Promise.all(increments);
    expect(await store.read(["n"])).toBe(30);
    const created = await Promise.allSettled(
      Array.from({ length: 8 }, (_, value) => store.put(["c"], value, { ifVersion: null })),
    );
    expect(created.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(new Set(conditions)).toEqual(new Set([undefined]));
  });

  test("lets no batch and no removal of a range come between a check and its write", async () => {
    const inner = memory();
    const slowly = async <T>(work: Promise<T>): Promise<T> => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return work;
    };
    const driver = driverWith({
      ...minimal,
      capabilities: declareCapabilities({ compareAndSwap: "process" }),
      get: (name: string) => slowly(inner.get(name)),
      put: (name: string, text: string) => slowly(inner.put(name, text)),
      remove: (name: string) => slowly(inner.remove(name)),
      list: (range: Range) => inner.list(range),
      batch: (ops: readonly DriverOp[]) => inner.batch?.(ops, false),
      removeRange: async () => {
        await inner.remove("a/n.json");
        return 1;
      },
    });
    const store = new Store(driver);
    await store.write(["a", "n"], 0);
    const update = store.update<number>(["a", "n"], (n) => n + 1);
    await store.batch([{ type: "write", key: ["a", "n"], value: 100 }]);
    await update;
    expect(await store.read(["a", "n"])).toBe(100);
    const late = store.update<number>(["a", "n"], (n) => n + 1);
    await store.removePrefix(["a"]);
    await late;
    expect(await store.list([])).toEqual([]);
  });

  test("orders writes by removes whose conditions it checks", async () => {
    const inner = memory();
    const { compareAndSwap } = inner.capabilities;
    const driver = driverWith({
      ...minimal,
      capabilities: declareCapabilities({ compareAndSwap, compareAndRemove: "process" }),
      get: async (name: string) => {
        const stored = await inner.get(name);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return stored;
      },
      put: (name: string, text: string, ifVersion?: string | null) => inner.put(name, text, ifVersion),
      remove: (name: string) => inner.remove(name),
    });
    const store = new Store(driver);
    const { version } = await store.put(["a"], 1);
    const remove = store.remove(["a"], { ifVersion: version });
    await store.write(["a"], 2);
    await remove;
    // Had the write come between the check and the removal, it would be lost.
    expect(await store.read(["a"])).toBe(2);
  });
});

describe("a refused condition", () => {
  const refusals = { compareAndSwap: "the server ignores If-Match", compareAndRemove: "it can't remove so" };
  const driver = delegate(memory(), { capabilities: declareCapabilities({}), refusals });

  test("says why, where the driver knows", async () => {
    for (const store of [new Store(driver), new Store(scope(["x"])(driver))]) {
      await expect(store.put(["a"], 1, { ifVersion: null })).rejects.toMatchObject({
        code: "UNSUPPORTED",
        message: 'Cannot write "a": the backend can\'t write on a condition: the server ignores If-Match',
      });
      await expect(store.update(["a"], () => {})).rejects.toThrow("can't update on a condition: the server ignores");
      await expect(store.remove(["a"], { ifVersion: "1" })).rejects.toThrow("on a condition: it can't remove so");
    }
  });

  test("says of a view for reading that it is one", async () => {
    const store = new Store(readonly(memory()));
    await expect(store.update(["a"], () => {})).rejects.toThrow("the store is opened for reading only");
  });
});

describe("what a driver throws", () => {
  const raw = Object.assign(new Error("disk on fire"), { code: "EFIRE" });
  const failing = (codeOf: Driver["codeOf"], error: unknown = raw): Store =>
    new Store(driverWith({ get: () => Promise.reject(error), codeOf }));

  test("becomes a storage error with the code that the driver gives, and its cause", async () => {
    const failure = failing((error) => (error === raw ? "UNAVAILABLE" : undefined)).read(["a", "b"]);
    await expect(failure).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: 'Cannot read "a/b": disk on fire',
      key: ["a", "b"],
      driver: "memory",
      cause: raw,
      retryable: true,
    });
  });

  test("is UNKNOWN when the driver can't tell", async () => {
    await expect(failing(() => undefined).read(["a"])).rejects.toMatchObject({ code: "UNKNOWN", cause: raw });
    await expect(failing(undefined).read(["a"])).rejects.toMatchObject({ code: "UNKNOWN", cause: raw });
  });

  test("keeps the code of an error that knows its own", async () => {
    const error = new DriverError("BUSY", "the lock is held, waited 10 ms");
    await expect(failing(undefined, error).read(["a"])).rejects.toMatchObject({ code: "BUSY", cause: error });
  });
});

describe("a text that may be torn", () => {
  const torn: Stored = { text: '{"a":', version: "1" };
  const whole: Stored = { text: '{"a": 1}', version: "2" };

  test("is read once more where a foreign program may write in place", async () => {
    const texts = [torn, whole];
    const store = new Store(driverWith({ tornReadDelayMs: 1, get: async () => texts.shift() }));
    expect(await store.get(["a"])).toEqual({ key: ["a"], value: { a: 1 }, version: "2" });
  });

  test("is CORRUPT when it stays so, or where nobody writes in place", async () => {
    let reads = 0;
    const get = async (): Promise<Stored> => {
      reads++;
      return torn;
    };
    await expect(new Store(driverWith({ tornReadDelayMs: 1, get })).read(["a"])).rejects.toMatchObject({
      code: "CORRUPT",
    });
    expect(reads).toBe(2);
    await expect(new Store(driverWith({ get })).read(["a"])).rejects.toMatchObject({
      code: "CORRUPT",
      bytes: 5,
      position: 5,
    });
    expect(reads).toBe(3);
  });

  test("gets the same second chance in an update", async () => {
    const texts = [torn, whole];
    const store = new Store(
      driverWith({
        ...minimal,
        tornReadDelayMs: 1,
        get: async () => texts.shift(),
        put: async () => ({ done: true, version: "3" }),
      }),
    );
    expect(await store.update<{ a: number }>(["a"], (draft) => void draft.a++)).toEqual({ a: 2 });
  });
});

describe("bytes that are not UTF-8", () => {
  test.each([
    [[0x22, 0xff, 0x22], 1],
    [[0x22, 0xef, 0xbf, 0xbd, 0xc3, 0x28, 0x22], 4],
    [[0x22, 0xf0, 0x9f, 0x98], 1],
  ])("%j are CORRUPT from byte %i", async (numbers, position) => {
    const bytes = Buffer.from(numbers);
    const stored: Stored = { text: bytes.toString(), version: "1", bytes };
    const store = new Store(driverWith({ get: async () => stored }));
    await expect(store.read(["a"])).rejects.toMatchObject({ code: "CORRUPT", bytes: numbers.length, position });
  });
});

describe("an option or op that nobody knows", () => {
  const store = new Store(memory());
  const rejects = async (call: Promise<unknown>, detail: string): Promise<void> => {
    await expect(call).rejects.toMatchObject({ code: "INVALID_VALUE", message: expect.stringContaining(detail) });
  };

  test("is refused with the likely spelling, since leaving it out would mean something else", async () => {
    await store.write(["a"], 1);
    await rejects(store.put(["a"], 2, { ifversion: null } as never), 'did you mean "ifVersion"');
    await rejects(store.remove(["a"], { version: "1" } as never), 'unknown option "version"');
    await rejects(store.keys([], { limitt: 1 } as never).next(), 'did you mean "limit"');
    await rejects(store.entries([], { from: ["a"] } as never).next(), 'unknown option "from"');
    await rejects(store.batch([], { atomc: true } as never), 'did you mean "atomic"');
    await rejects(
      store.batch([{ type: "delete", key: ["a"] } as never]),
      'an op is a "write" or a "remove", got delete',
    );
    expect(await store.read(["a"])).toBe(1);
  });

  test("is not the version of a record that was not there", async () => {
    const absent = await store.get(["absent"]);
    await rejects(store.put(["a"], 2, { ifVersion: absent?.version as never }), "got undefined");
    await rejects(store.remove(["a"], { ifVersion: absent?.version as never }), "got undefined");
    expect(await store.read(["a"])).toBe(1);
  });
});

describe("a view", () => {
  test("that is closed leaves the driver open for the others", async () => {
    const driver = memory();
    let closed = 0;
    const counted = driverWith({ close: async () => void closed++, get: (name: string) => driver.get(name) });
    const [one, other] = [new Store(scope(["a"])(counted)), new Store(scope(["b"])(counted))];
    await one.close();
    await expect(one.read(["x"])).rejects.toMatchObject({ code: "CLOSED" });
    await other.write(["x"], 1);
    await other.close();
    expect(closed).toBe(0);
    await new Store(counted).close();
    expect(closed).toBe(1);
  });
});

describe("a sweep", () => {
  const slow = (size: number, count: number): Driver => {
    let bytesAtOnce = 0;
    let most = 0;
    const text = JSON.stringify("x".repeat(size));
    const names = Array.from({ length: count }, (_, i) => `a/${String(i).padStart(4, "0")}.json`);
    return driverWith({
      ...minimal,
      async *list() {
        yield names;
      },
      getMany: async (some: readonly string[]) => {
        bytesAtOnce = some.length * size;
        most = Math.max(most, bytesAtOnce);
        expect(most).toBeLessThanOrEqual(Math.max(4 * size, 4_000_000));
        return some.map(() => ({ text, version: "1" }));
      },
    });
  };

  test.each([
    [10, 1000],
    [100_000, 100],
    [2_000_000, 12],
  ])("of records of %i bytes takes few of them at once where they are large", async (size, count) => {
    let found = 0;
    for await (const { value } of new Store(slow(size, count)).entries<string>([])) {
      expect(value).toHaveLength(size);
      found++;
    }
    expect(found).toBe(count);
  });

  test("whose second look at a damaged record fails rejects with a storage error", async () => {
    const raw = new Error("gone");
    const found = [{ name: "a.json", stored: { text: "{", version: "1" } }];
    const driver = driverWith({
      tornReadDelayMs: 1,
      async *scan() {
        yield found;
      },
      get: () => Promise.reject(raw),
    });
    await expect(new Store(driver).entries([]).next()).rejects.toMatchObject({ code: "UNKNOWN", cause: raw });
  });
});

describe("what has no text", () => {
  test.each([
    ["an invalid date", new Date(Number.NaN)],
    ["a boxed NaN", Object(Number.NaN)],
    ["what turns itself into null", { toJSON: () => null }],
  ])("%s is refused instead of becoming null", async (_, value) => {
    await expect(new Store(memory()).write(["a"], value)).rejects.toMatchObject({ code: "INVALID_VALUE" });
  });

  test("a text longer than any string is too large", async () => {
    const value = Array.from({ length: 600 }, () => "x".repeat(1_000_000));
    await expect(new Store(memory()).write(["a"], value)).rejects.toMatchObject({ code: "TOO_LARGE" });
  });
});

describe("a key that brings its own way of joining", () => {
  test("is joined as any other", async () => {
    const driver = memory();
    const key = Object.assign(["a", "b"], { join: () => "../evil" });
    await new Store(driver).write(key, 1);
    expect((await driver.get("a/b.json"))?.text).toBe("1");
  });
});

describe("readonly", () => {
  test("refuses every change and reads as before", async () => {
    const driver = memory();
    await new Store(driver).write(["a"], 1);
    const store = new Store(readonly(driver));
    expect(await store.read(["a"])).toBe(1);
    const changes = [
      store.write(["a"], 2),
      store.put(["a"], 2, { ifVersion: null }),
      store.update(["a"], () => 2),
      store.remove(["a"]),
      store.batch([{ type: "remove", key: ["a"] }]),
      store.removePrefix([]),
    ];
    for (const change of changes) await expect(change).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect(await store.read(["a"])).toBe(1);
  });
});

describe("KeyedLock", () => {
  test("runs the holders of one name in order, and others meanwhile", async () => {
    const lock = new KeyedLock();
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const held = lock.run("a", async () => {
      await first.promise;
      order.push("a1");
    });
    const waiting = lock.run("a", async () => void order.push("a2"));
    await lock.run("b", async () => void order.push("b"));
    first.resolve();
    await Promise.all([held, waiting]);
    expect(order).toEqual(["b", "a1", "a2"]);
  });

  test("goes on after a holder that failed", async () => {
    const lock = new KeyedLock();
    await expect(lock.run("a", () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    expect(await lock.run("a", async () => 1)).toBe(1);
  });
});

describe("retry", () => {
  const options = {
    isTransient: (error: unknown) => error instanceof RangeError,
    timeoutMs: 15,
    describe: () => "the lock is held",
  };

  test("goes on through transient errors and gives the result", async () => {
    let calls = 0;
    const result = await retry(() => {
      if (++calls < 3) throw new RangeError("busy");
      return calls;
    }, options);
    expect(result).toBe(3);
  });

  test("stops at the first error that is not transient", async () => {
    let calls = 0;
    const failing = retry(() => {
      calls++;
      throw new TypeError("for good");
    }, options);
    await expect(failing).rejects.toThrow("for good");
    expect(calls).toBe(1);
  });

  test("says what was waited when the time is up", async () => {
    const cause = new RangeError("busy");
    const failing = retry(() => Promise.reject(cause), options);
    await expect(failing).rejects.toMatchObject({
      code: "BUSY",
      cause,
      message: expect.stringMatching(/^the lock is held, waited \d+ ms$/),
    });
  });
});

test("a gate lets in so many at once, and the others in the order in which they came", async () => {
  const gate = new Gate(2);
  const begun: number[] = [];
  let inside = 0;
  let most = 0;
  const work = Array.from({ length: 6 }, (_, index) =>
    gate.run(async () => {
      begun.push(index);
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 2));
      inside--;
      if (index === 1) throw new Error("one fails");
    }),
  );
  const ends = await Promise.allSettled(work);
  expect([begun, most, ends.filter(({ status }) => status === "rejected").length]).toEqual([[0, 1, 2, 3, 4, 5], 2, 1]);
});

test("a marker is a problem only when it counts further than is known", () => {
  expect(["2", "1", " 2\n", "", "x", "-3", "2.5"].map(markerProblem)).toEqual(Array(7).fill(undefined));
  expect(markerProblem("3\n")).toBe('a newer format wrote it: its file "migration" says 3, and 2 is the last known');
});
