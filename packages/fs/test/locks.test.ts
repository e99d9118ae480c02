import { hash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { DriverError, isStorageError } from "@stowage/core";
import { describe, expect, vi } from "vitest";
import { LockFolder } from "../src/lock.ts";
import { lifeOf, newOwner } from "../src/owner.ts";
import { Root } from "../src/root.ts";
import { Child, forgedOwners, forgeLock, openStore, test } from "./setup.ts";

describe("owners", () => {
  test("a process is alive, one that has ended is dead", async ({ folder }) => {
    const store = await openStore(folder);
    await store.write(["held"], 1);
    const child = new Child("hold", folder);
    await child.written(1);
    const [lock = ""] = readdirSync(join(folder, ".locks")).filter((name) => name.length === 40);
    const [token = ""] = readdirSync(join(folder, ".locks", lock));
    expect(lifeOf(token)).toBe("alive");
    await child.kill();
    expect(lifeOf(token)).toBe("dead");
    await store.close();
  });

  test("another process with the id of one that has ended is not taken for it", () => {
    expect(lifeOf(newOwner())).toBe("alive");
    expect(lifeOf(forgedOwners().dead)).toBe("dead");
  });

  test("a process of another host is neither alive nor dead", () => {
    expect(lifeOf(forgedOwners().otherHost)).toBe("unknown");
  });
});

describe("the lock of a record", () => {
  test("is broken when its holder was killed", async ({ folder }) => {
    const store = await openStore(folder, { lockTimeoutMs: 60_000 });
    await store.write(["held"], 1);
    const child = new Child("hold", folder);
    await child.written(1);
    const writes = [store.write(["held"], 2), store.update<number>(["held"], (value) => value + 1)];
    await child.kill();
    await Promise.all(writes);
    expect(await store.read(["held"])).toBe(3);
    await store.close();
    expect(readdirSync(folder).sort()).toEqual(["held.json", "migration"]);
  });

  test("is broken when the worker thread that holds it was terminated, not before", async ({ folder }) => {
    const store = await openStore(folder, { lockTimeoutMs: 0 });
    await store.write(["held"], 1);
    const worker = new Worker(join(import.meta.dirname, "child/hold-in-thread.ts"), {
      workerData: folder,
      execArgv: ["--conditions=@stowage/source"],
    });
    await once(worker, "message");
    await expect(store.write(["held"], 2)).rejects.toMatchObject({ code: "BUSY" });
    await worker.terminate();
    await store.write(["held"], 3);
    expect(await store.read(["held"])).toBe(3);
    await store.close();
    expect(readdirSync(folder).sort()).toEqual(["held.json", "migration"]);
  });

  test("is respected as long as its holder lives, and BUSY names it", async ({ folder }) => {
    const store = await openStore(folder, { lockTimeoutMs: 50 });
    await store.write(["held"], 1);
    const child = new Child("hold", folder);
    await child.written(1);
    for (const call of [
      () => store.write(["held"], 2),
      () => store.put(["held"], 2, { ifVersion: null }),
      () => store.remove(["held"]),
      () => store.update(["held"], () => 2),
    ]) {
      const error: unknown = await call().catch((error: unknown) => error);
      expect(isStorageError(error, "BUSY") && error.message).toMatch(
        new RegExp(`"held": process ${child.process.pid} holds its lock, waited \\d+ ms$`),
      );
      expect(isStorageError(error) && error.retryable).toBe(true);
    }
    expect(await store.read(["held"])).toBe(1);
    await store.write(["free"], 1);
    await child.kill();
    await store.close();
  });

  test("is broken when its holder's id went to another process", async ({ folder }) => {
    const store = await openStore(folder);
    forgeLock(folder, "a.json", forgedOwners().dead);
    await store.write(["a"], 1);
    expect(await store.read(["a"])).toBe(1);
    await store.close();
    expect(existsSync(join(folder, ".locks"))).toBe(false);
  });

  test("of another host counts as held at first", async ({ folder }) => {
    const store = await openStore(folder, { lockTimeoutMs: 50 });
    forgeLock(folder, "a.json", forgedOwners().otherHost);
    const error: unknown = await store.write(["a"], 1).catch((error: unknown) => error);
    expect(isStorageError(error, "BUSY") && error.message).toContain("of another host or container holds its lock");
    await store.close();
  });

  test("of another host is broken when nothing has happened to it for long", async ({ folder }) => {
    const locks = new LockFolder({
      root: new Root(folder),
      owner: newOwner(),
      timeoutMs: 60_000,
      foreignLockMs: 20,
    });
    forgeLock(folder, "a.json", forgedOwners().otherHost);
    expect(await locks.run("a.json", () => "mine")).toBe("mine");
    locks.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("that was taken away meanwhile makes the holder start over", async ({ folder }) => {
    const store = await openStore(folder);
    await store.write(["a"], { n: 1 });
    const lock = join(folder, ".locks", hash("sha1", "a.json"));
    let calls = 0;
    await store.update<{ n: number }>(["a"], (draft) => {
      if (calls++ === 0) {
        // What another host does when it takes us for dead, and what its write does then.
        for (const token of readdirSync(lock)) unlinkSync(join(lock, token));
        writeFileSync(join(folder, "a.json"), '{"n":10}');
      }
      draft.n++;
    });
    expect(calls).toBe(2);
    expect(await store.read(["a"])).toEqual({ n: 11 });
    await store.close();
    expect(readdirSync(folder).sort()).toEqual(["a.json", "migration"]);
  });

  test("that is found taken away behind the write is told, so that nothing is acknowledged", async ({ folder }) => {
    const locks = new LockFolder({ root: new Root(folder), owner: newOwner(), timeoutMs: 100 });
    const path = join(folder, ".locks", hash("sha1", "a.json"));
    const { otherHost } = forgedOwners();
    const run = locks.run("a.json", (held) => {
      held.check();
      for (const token of readdirSync(path)) unlinkSync(join(path, token));
      forgeLock(folder, "a.json", otherHost);
      held.confirm();
    });
    const error: unknown = await run.catch((error: unknown) => error);
    expect(error).toEqual(
      new DriverError(
        "UNAVAILABLE",
        "the lock was taken away while this process stood still, the write may have been overwritten",
        { retryable: false },
      ),
    );
    expect(readdirSync(path)).toEqual([otherHost]);
    locks.close();
  });

  test("that another one holds by now is not released by the former holder", async ({ folder }) => {
    const owner = newOwner();
    const locks = new LockFolder({ root: new Root(folder), owner, timeoutMs: 100 });
    const path = join(folder, ".locks", hash("sha1", "a.json"));
    const { otherHost } = forgedOwners();
    const now = vi.spyOn(Date, "now");
    await locks.run("a.json", () => {
      for (const token of readdirSync(path)) unlinkSync(join(path, token));
      forgeLock(folder, "a.json", otherHost);
      // A holder that stood still for a minute looks at what it releases.
      now.mockReturnValue(Date.now() + 60_000);
    });
    now.mockRestore();
    expect(readdirSync(path)).toEqual([otherHost]);
    locks.close();
  });

  test("is free again after an edit that throws, and the error is the caller's own", async ({ folder }) => {
    const store = await openStore(folder, { lockTimeoutMs: 0 });
    await store.write(["a"], 1);
    const failure = Object.assign(new Error("no"), { code: "EBUSY" });
    const fail = (): never => {
      throw failure;
    };
    await expect(store.update(["a"], fail)).rejects.toBe(failure);
    await expect(store.driver.update!("a.json", fail)).rejects.toBe(failure);
    await store.write(["a"], 2);
    await store.close();
  });

  test("does not wait for the locks of other records", async ({ folder }) => {
    const store = await openStore(folder, { lockTimeoutMs: 50 });
    forgeLock(folder, "a.json", forgedOwners().otherHost);
    await store.write(["b"], 1);
    expect(await store.list([])).toEqual([["b"]]);
    await store.close();
  });
});
