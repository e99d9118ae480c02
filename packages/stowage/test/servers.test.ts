import { inspect } from "node:util";
import { migrate } from "@stowage/migrate";
import { describeWith } from "stowage-servers/test";
import { describe, expect, test, vi } from "vitest";
import { openStorage } from "../src/index.ts";
import { Sandbox } from "./cli.ts";
import { Scratch, serverKinds } from "./scratch.ts";

const key = ["session", "global", "ses_1"];

describe.each(serverKinds)("%s", (kind) => {
  describeWith(kind, "openStorage and the command", (server) => {
    test("a URL opens a store that keeps what is written", async () => {
      await using place = new Scratch(kind, server);
      await expect(openStorage(place.url, { create: false })).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(openStorage(place.with("create", "false"))).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(openStorage(place.url, { readonly: true })).rejects.toMatchObject({ code: "NOT_FOUND" });
      {
        await using store = await openStorage(place.url);
        await store.write(key, { title: "one" });
        await store.update<{ title: string }>(key, (draft) => void (draft.title += " more"));
      }
      await using again = await openStorage(place.with("readonly", "true"));
      expect(await again.read(key)).toEqual({ title: "one more" });
      await expect(again.write(key, 2)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    });

    test("every command takes it", async () => {
      using sandbox = new Sandbox();
      await using place = new Scratch(kind, server);
      const { url } = place;
      const run = async (...argv: readonly string[]) => await sandbox.run(argv);
      expect((await run("stat", url)).code).toBe(1);
      expect(await run("put", url, "a/b", '{"é":1}')).toEqual({ code: 0, stdout: "", stderr: "" });
      expect((await run("put", url, "a/b", "2", "--if-absent")).stderr).toContain('Cannot write "a/b": ');
      expect((await run("cat", url, "a/b")).stdout).toBe('{\n  "é": 1\n}');
      const { version } = JSON.parse((await run("cat", url, "a/b", "--json")).stdout);
      expect((await run("put", url, "a/b", "3", "--if-version", version)).code).toBe(0);
      await run("put", url, "a/c", "[]");
      expect((await run("ls", url, "a", "--long")).stdout).toBe("          1  a/b\n          2  a/c\n");
      expect((await run("stat", url)).stdout).toMatch(/^total +2 +3 B$/m);
      expect((await run("verify", url, url)).code).toBe(2);
      expect(await run("rm", url, "a/c")).toEqual({ code: 0, stdout: "Removed 1 record\n", stderr: "" });
      expect((await run("rm", url, "a", "--recursive", "--yes")).stdout).toBe("Removed 1 record\n");
      expect((await run("ls", url)).stdout).toBe("");
      expect((await run("cat", url, "a/b")).code).toBe(1);
    });

    test("migrate refuses the same store on both sides, whatever its URL looks like", async () => {
      using sandbox = new Sandbox();
      await using place = new Scratch(kind, server);
      await sandbox.run(["put", place.url, "a/b", "1"]);
      const other = place.with("timeoutMs", "5000");
      for (const mode of [[], ["--apply"], ["--verify"]]) {
        const { code, stderr } = await sandbox.run(["migrate", place.url, other, ...mode]);
        expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("both sides are the same store") });
      }
    });

    test("damaged records are set aside in the working directory", async () => {
      using sandbox = new Sandbox();
      await using place = new Scratch(kind, server);
      await sandbox.run(["put", "fs:from", "a/b", "1"]);
      sandbox.plantFile("from/a/cut.json", "[");
      const argv = ["migrate", "fs:from", place.url];
      expect((await sandbox.run(argv)).stdout).toContain("Damaged, to be set aside in stowage-set-aside: 1\n  a/cut: ");
      const { code, stdout } = await sandbox.run([...argv, "--apply"]);
      expect(code).toBe(3);
      expect(stdout).toContain("source 2 · copied 1 · equal 0 · set aside 1 · lost 0\n");
      expect(sandbox.read("stowage-set-aside/a/cut.json")).toBe("[");
    });
  });
});

describeWith("redis", "what a server says of itself", (server) => {
  test("stat and migrate tell what a restart would cost", async () => {
    using sandbox = new Sandbox();
    await using place = new Scratch("redis", server);
    await sandbox.run(["put", "fs:from", "a/b", "1"]);
    await using store = await openStorage(place.url);
    const [notice = "none"] = store.driver.notices ?? [];
    const survived = "a resolved write survives: the end of the process";
    expect((await sandbox.run(["stat", place.url])).stdout).toContain(`\n${survived}\nnote: ${notice}\n`);
    expect(JSON.parse((await sandbox.run(["stat", place.url, "--json"])).stdout).notices).toContain(notice);
    const argv = ["migrate", "fs:from", place.url, "--apply"];
    expect((await sandbox.run(argv)).stdout).toContain(`\nto   ${place.url}\n     note: ${notice}\n`);
    expect(JSON.parse((await sandbox.run([...argv, "--json"])).stdout).notices).toContain(notice);
  });

  test("a password that the server refuses shows nowhere", async () => {
    using sandbox = new Sandbox();
    await using place = new Scratch("redis", server);
    for (const password of ["hunter2", "hunt/er?2@#%"]) {
      const url = place.withPassword(password);
      const error = await openStorage(url).catch((problem: unknown) => problem);
      expect(error).toMatchObject({ code: "UNAVAILABLE", retryable: false });
      for (const argv of [["stat"], ["stat", "--json"], ["ls"], ["migrate", "fs:x"]]) {
        const { stdout, stderr } = await sandbox.run([...argv, url], { env: { STOWAGE_DEBUG: "1" } });
        expect(`${inspect(error, { depth: 9, showHidden: true })}${stdout}${stderr}`).not.toMatch(/hunt/);
      }
    }
  });
});

describeWith("s3", "prefixes within prefixes", (server) => {
  const nested = { inside: "it lies inside the source", around: "lies inside it" };

  test.each(["inside", "around"] as const)(
    "a target %s the source is refused, and nothing is written",
    async (where) => {
      using sandbox = new Sandbox();
      await using place = new Scratch("s3", server);
      const inner = place.url.replace(place.name, `${place.name}/inner`);
      const [from, to] = where === "inside" ? [place.url, inner] : [inner, place.url];
      await sandbox.run(["put", from, "a/b", "1"]);
      for (const mode of [[], ["--apply"]]) {
        const { code, stderr } = await sandbox.run(["migrate", from, to, ...mode]);
        expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(nested[where]) });
      }
      const { foreign } = JSON.parse((await sandbox.run(["stat", from, "--json"])).stdout);
      expect(foreign.count).toBe(0);
      const beside = place.url.replace(place.name, `${place.name}-beside`);
      expect((await sandbox.run(["migrate", from, beside, "--apply"])).code).toBe(0);
    },
  );

  test("are told apart by the stores themselves, where no command looks at URLs", async () => {
    await using place = new Scratch("s3", server);
    await using outer = await openStorage(place.url);
    await using inner = await openStorage(place.url.replace(place.name, `${place.name}/inner`));
    const refused = { code: "INVALID_VALUE", message: expect.stringContaining("one side lies in the other") };
    await expect(migrate(outer, inner)).rejects.toMatchObject(refused);
    await expect(migrate(inner, outer)).rejects.toMatchObject(refused);
  });
});

describeWith("s3", "a bucket that is missing", (server) => {
  test("is no target that could be made: a plan says so", async () => {
    using sandbox = new Sandbox();
    await using source = new Scratch("s3", server);
    await sandbox.run(["put", source.url, "a/b", "1"]);
    const missing = source.url.replace(/^s3:\/\/[^/]+/, "s3://no-such-bucket-here");
    const { code, stdout, stderr } = await sandbox.run(["migrate", source.url, missing]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("has no such bucket: make it first");
  });
});

describeWith("s3", "credentials", (server) => {
  test("wrong ones end in one sentence without them", async () => {
    await using place = new Scratch("s3", server);
    // The sentences of some servers hold the id.
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAABCDEFGHIJKLMNOP");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "hunter2hunter2");
    const error = await openStorage(place.url).catch((problem: unknown) => problem);
    vi.unstubAllEnvs();
    expect(error).toMatchObject({ code: "UNAVAILABLE", retryable: false });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/hunter2|AKIA/);
  });
});
