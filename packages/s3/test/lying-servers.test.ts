import { Store } from "@stowage/core";
import { s3, type S3Sender } from "@stowage/s3";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Behaviour } from "./fake.ts";
import { clientFor } from "./setup.ts";
import { openStore, startFake } from "./started.ts";

/** 8 updaters of one record, 25 times each; resolves to what they left and to what they were refused. */
async function countUp(
  stores: readonly Store[],
): Promise<{ readonly count: number; readonly refusals: readonly string[] }> {
  const [first] = stores as [Store];
  await first.write(["n"], 0);
  const refusals: string[] = [];
  const updaters = Array.from({ length: 8 }, async (_, index) => {
    const store = stores[index % stores.length] as Store;
    for (let i = 0; i < 25; i++) {
      await store.update<number>(["n"], (n) => n + 1).catch((error: Error) => refusals.push(error.message));
    }
  });
  await Promise.all(updaters);
  return { count: await first.read<number>(["n"]), refusals };
}

describe("a server that lies about conditions on a write is told apart", () => {
  const liars: readonly (readonly [behaviour: Behaviour, sentence: string])[] = [
    [{ ifMatch: "ignores" }, "accepts If-Match and ignores it"],
    [{ ifNoneMatch: "ignores" }, "accepts If-None-Match and ignores it"],
    [{ ifMatch: "refuses" }, "refuses If-Match with the right ETag (501 NotImplemented)"],
    [{ ifNoneMatch: "refuses", ifMatch: "refuses" }, "refuses If-None-Match (501 NotImplemented)"],
    [{ createsOnMatch: true }, "accepts If-Match and ignores it where there is no object"],
    [{ writesAnyway: true }, "refuses what a condition does not allow, but writes it"],
  ];

  test.each(liars)("%o: %s", async (behaviour, sentence) => {
    const fake = await startFake(behaviour);
    const store = await openStore(fake.options);
    const problem = `the server at ${fake.host} (Fake/1.0) ${sentence}`;
    expect(store.capabilities).toMatchObject({ compareAndSwap: "none", compareAndRemove: "none" });
    expect(store.driver.notices).toEqual([`${problem}, so updates and conditions are refused`]);
    const wayOut = 'the option "lastWriterWins" allows it among the stores over one driver';
    const { count, refusals } = await countUp([store]);
    expect(count).toBe(0);
    expect(new Set(refusals)).toEqual(
      new Set([`Cannot update "n": the backend can't update on a condition: ${problem}; ${wayOut}`]),
    );
    expect([...fake.objects.keys()].sort()).toEqual(["migration", "n.json"]);
  });

  test.each(liars)("%o: the last writer wins where that was asked for", async (behaviour, sentence) => {
    const fake = await startFake(behaviour);
    const store = await openStore({ ...fake.options, lastWriterWins: true });
    expect(store.capabilities).toMatchObject({ compareAndSwap: "process", compareAndRemove: "process" });
    expect(store.driver.notices).toEqual([
      `the server at ${fake.host} (Fake/1.0) ${sentence}, so updates and conditions hold in this process only, and another one may be overwritten`,
    ]);
    expect(await countUp([store, new Store(store.driver)])).toEqual({ count: 200, refusals: [] });
  });
});

describe("a server that honours conditions on a write", () => {
  const honest: readonly Behaviour[] = [{}, { tags: "quoted" }, { tags: "bare" }, { opaqueTags: true }];

  test.each(honest)("%o: no update is lost between stores of their own", async (behaviour) => {
    const fake = await startFake(behaviour);
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(fake.options)));
    expect(await countUp(stores)).toEqual({ count: 200, refusals: [] });
    expect(stores[0]?.capabilities).toMatchObject({ compareAndSwap: "store", compareAndRemove: "store" });
    expect(stores[0]?.driver.notices).toEqual([]);
  });

  const onDelete: readonly (readonly [behaviour: Behaviour, sentence: string])[] = [
    [{ ifMatchOnDelete: "ignores" }, "accepts If-Match on a DELETE and ignores it"],
    [{ ifMatchOnDelete: "refuses" }, "refuses If-Match with the right ETag on a DELETE (501 NotImplemented)"],
  ];

  test.each(onDelete)("%o: conditional removes are another matter", async (behaviour, sentence) => {
    const fake = await startFake(behaviour);
    const problem = `the server at ${fake.host} (Fake/1.0) ${sentence}`;
    const store = await openStore(fake.options);
    expect(store.capabilities).toMatchObject({ compareAndSwap: "store", compareAndRemove: "none" });
    expect(store.driver.notices).toEqual([`${problem}, so conditional removes are refused`]);
    const { version } = await store.put(["a"], 1, { ifVersion: null });
    const refused = store.remove(["a"], { ifVersion: version });
    await expect(refused).rejects.toMatchObject({ code: "UNSUPPORTED", message: expect.stringContaining(problem) });
    const other = await openStore({ ...fake.options, lastWriterWins: true });
    expect(other.capabilities).toMatchObject({ compareAndSwap: "store", compareAndRemove: "process" });
    await other.remove(["a"], { ifVersion: version });
    expect(await other.list([])).toEqual([]);
  });
});

describe("the probe", () => {
  test("is made for each client that was handed in, as it may go elsewhere than it tells", async () => {
    const [honest, liar] = [await startFake(), await startFake({ ifMatch: "ignores" })];
    const { bucket } = honest.options;
    const clients = [honest, liar].map(({ options }) => clientFor(options));
    onTestFinished(() => clients.forEach((client) => client.destroy()));
    const [one, other] = clients.map((client) => ({ send: (command: never) => client.send(command) }));
    const good = await openStore({ client: one as S3Sender, bucket });
    liar.adopt(bucket);
    const bad = await openStore({ client: other as S3Sender, bucket });
    expect([good, bad].map(({ capabilities }) => capabilities.compareAndSwap)).toEqual(["store", "none"]);
    expect([good, bad].map(({ driver }) => driver.location)).toEqual([undefined, undefined]);
  });

  test("is made once by all that open a bucket at once, and leaves nothing", async () => {
    const fake = await startFake({});
    await Promise.all(Array.from({ length: 5 }, (_, index) => openStore({ ...fake.options, prefix: `p${index}` })));
    const probes = fake.asked.filter(({ method, key }) => method === "PUT" && key.includes(".stowage/"));
    expect(new Set(probes.map(({ key }) => key.replace("-missing", ""))).size).toBe(1);
    expect([...fake.objects.keys()].sort()).toEqual(Array.from({ length: 5 }, (_, index) => `p${index}/migration`));
  });

  test("is made again after one that failed", async () => {
    const fake = await startFake({});
    fake.fault = ({ method }) => (method === "PUT" ? { type: "answer", status: 403, code: "AccessDenied" } : undefined);
    await expect(s3(fake.options)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      retryable: false,
      message:
        `Cannot open "s3://${fake.options.bucket}/": the server at ${fake.host} does not allow it to these credentials ` +
        '(AccessDenied): give it the rights to write and to delete, or open it with the option "readonly"',
    });
    fake.fault = () => undefined;
    expect((await openStore(fake.options)).capabilities.compareAndSwap).toBe("store");
  });

  test("begins anew when an answer was lost, as half of it proves nothing", async () => {
    const fake = await startFake({});
    let puts = 0;
    fake.fault = ({ method }) => (method === "PUT" && ++puts === 1 ? { type: "lose" } : undefined);
    const store = await openStore(fake.options);
    expect(store.capabilities.compareAndSwap).toBe("store");
    expect([...fake.objects.keys()]).toEqual(["migration"]);
  });

  test("removes what was left a day ago by one that was interrupted, and leaves others to those who make them", async () => {
    const fake = await startFake({});
    const [day, stored] = [86_400_000, { body: Buffer.from("1"), tag: "1", metadata: {} }];
    const old = [1, 2].map((days) => `.stowage/probe-${(Date.now() - days * day - 1000).toString(36)}-aa`);
    const young = [0, -1].map((days) => `.stowage/probe-${(Date.now() - days * day).toString(36)}-bb-missing`);
    // No probe of ours: it has no time.
    const other = `.stowage/probe-${"f".repeat(24)}`;
    for (const key of [...old, ...young, other]) fake.objects.set(key, stored);
    await openStore(fake.options);
    expect([...fake.objects.keys()].sort()).toEqual([...young, other, "migration"].sort());
  });

  test("does not fail because what others left can't be listed", async () => {
    const fake = await startFake({});
    await openStore(fake.options);
    fake.adopt(`${fake.options.bucket}-too`);
    fake.fault = ({ query }) =>
      query.get("prefix")?.startsWith(".stowage/") ? { type: "answer", status: 403, code: "AccessDenied" } : undefined;
    expect((await openStore(fake.options)).capabilities.compareAndSwap).toBe("store");
  });

  test("is not made for reading, for which nothing is written", async () => {
    const fake = await startFake({});
    await (await openStore(fake.options)).write(["a"], 1);
    fake.asked.length = 0;
    const store = await openStore({ ...fake.options, readonly: true });
    expect(await store.read(["a"])).toBe(1);
    expect(await store.list([])).toEqual([["a"]]);
    expect(new Set(fake.asked.map(({ method }) => method))).toEqual(new Set(["GET"]));
    await expect(store.put(["a"], 2, { ifVersion: null })).rejects.toThrow("the store is opened for reading only");
  });

  test("ends the opening where objects have no ETag", async () => {
    const fake = await startFake({ noTags: true });
    const message = `Cannot open "s3://${fake.options.bucket}/": the server at ${fake.host} gives objects no ETag`;
    await expect(s3(fake.options)).rejects.toMatchObject({ code: "UNSUPPORTED", message });
    expect(fake.objects.size).toBe(0);
  });
});
