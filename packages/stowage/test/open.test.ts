import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { openStorage, type OpenOptions } from "../src/index.ts";
import { Sandbox } from "./cli.ts";

const key = ["session", "global", "ses_1"];

test.each(["fs:", "sqlite:"])("%s opens a store that keeps what is written", async (scheme) => {
  using sandbox = new Sandbox();
  const url = `${scheme}${sandbox.join("store")}`;
  {
    await using store = await openStorage(url);
    await store.write(key, { title: "one" });
  }
  await using again = await openStorage(url, { create: false });
  expect(await again.read(key)).toEqual({ title: "one" });
});

test("memory: opens a store of its own each time", async () => {
  await using first = await openStorage("memory:");
  await using second = await openStorage("memory:");
  await first.write(key, 1);
  expect(await second.list([])).toEqual([]);
});

test.each(["fs:", "sqlite:"])("%s makes nothing when nothing is to be made", async (scheme) => {
  using sandbox = new Sandbox();
  const path = sandbox.join("store");
  const missing = expect.objectContaining({ code: "NOT_FOUND" });
  await expect(openStorage(`${scheme}${path}`, { create: false })).rejects.toThrow(missing);
  await expect(openStorage(`${scheme}${path}?create=false`)).rejects.toThrow(missing);
  await expect(openStorage(`${scheme}${path}`, { readonly: true })).rejects.toThrow(missing);
  await expect(openStorage(`${scheme}${path}?create=true`, { create: false })).rejects.toThrow(missing);
  expect(existsSync(path)).toBe(false);
});

test.each(["fs:", "sqlite:"])("%s refuses changes when it is opened for reading", async (scheme) => {
  using sandbox = new Sandbox();
  const url = `${scheme}${sandbox.join("store")}`;
  {
    await using store = await openStorage(url);
    await store.write(key, 1);
  }
  const refused = expect.objectContaining({ code: "UNSUPPORTED" });
  for (const open of [() => openStorage(url, { readonly: true }), () => openStorage(`${url}?readonly=true`)]) {
    await using store = await open();
    await expect(store.write(key, 2)).rejects.toThrow(refused);
    await expect(store.remove(key)).rejects.toThrow(refused);
    expect(await store.read(key)).toBe(1);
  }
});

test("an option of the URL reaches the adapter", async () => {
  using sandbox = new Sandbox();
  await using store = await openStorage(`sqlite:${sandbox.join("store.db")}?durability=power`);
  expect(store.capabilities.durability).toBe("power");
});

/** Opens a URL in a project that has Stowage's own sources and only these of the packages. */
function openWith(packages: readonly string[], url: string): { code: string; message?: string } {
  using sandbox = new Sandbox();
  const here = new URL("..", import.meta.url).pathname;
  cpSync(`${here}src`, sandbox.join("src"), { recursive: true });
  mkdirSync(sandbox.join("node_modules/@stowage"), { recursive: true });
  for (const name of packages) {
    sandbox.link(realpathSync(`${here}node_modules/@stowage/${name}`), `node_modules/@stowage/${name}`);
  }
  const program = `
    import { openStorage } from "./src/index.ts";
    const opened = openStorage(${JSON.stringify(url)}).then((store) => store.close()).then(() => ({ code: "opened" }));
    console.log(JSON.stringify(await opened.catch(({ code, message }) => ({ code, message }))));`;
  writeFileSync(sandbox.join("open.mts"), program);
  const flags = ["--conditions=@stowage/source", "open.mts"];
  return JSON.parse(execFileSync(process.execPath, flags, { cwd: sandbox.path, encoding: "utf8" }));
}

test.each([
  ["sqlite:agent.db", "@stowage/sqlite"],
  ["rediss://:***@localhost", "@stowage/redis"],
  ["s3://bucket/prefix", "@stowage/s3"],
])("an adapter that is not installed is named, with the command that installs it: %s", (url, name) => {
  expect(openWith(["core"], url.replace("***", "hunter2"))).toEqual({
    code: "UNSUPPORTED",
    message: `Cannot open "${url}": the package ${name} is not installed, run: npm install ${name}`,
  });
});

test("a backend is opened without the packages of the others", () => {
  expect(openWith(["core", "sqlite"], "sqlite:agent.db")).toEqual({ code: "opened" });
  expect(openWith(["core", "fs"], "fs:store")).toEqual({ code: "opened" });
});

test("the environment names no server", async () => {
  vi.stubEnv("REDIS_URL", "redis://127.0.0.1:1");
  await expect(openStorage("redis:")).rejects.toThrow("the address is missing");
  vi.unstubAllEnvs();
});

test("an unknown or wrong option of the call is refused with the likely spelling", async () => {
  const refused = (detail: string) =>
    expect.objectContaining({ code: "INVALID_VALUE", message: expect.stringContaining(detail) });
  await expect(openStorage("memory:", { craete: false } as OpenOptions)).rejects.toThrow(
    refused('unknown option "craete", did you mean "create"'),
  );
  await expect(openStorage("memory:", { readonly: "no" } as unknown as OpenOptions)).rejects.toThrow(
    refused('the option "readonly" is true or false, got "no"'),
  );
});
