import { chmodSync, existsSync } from "node:fs";
import { expect, test } from "vitest";
import { Sandbox } from "./cli.ts";

test("cat, ls --long, and rm of a record without permission fail with one sentence, or do not need to read", async () => {
  using sandbox = new Sandbox();
  for (const key of ["a/1", "a/2", "a/3"]) await sandbox.run(["put", "fs:store", key, "1"]);
  const file = sandbox.join("store/a/2.json");
  await sandbox.asNobody([file], async () => {
    const sentence = /^stowage: Cannot read "a\/2": [^\n]*EACCES[^\n]*\n$/;
    const cat = await sandbox.run(["cat", "fs:store", "a/2"]);
    expect(cat).toEqual({ code: 1, stdout: "", stderr: expect.stringMatching(sentence) });
    const long = await sandbox.run(["ls", "fs:store", "--long"]);
    expect(long).toEqual({
      code: 1,
      stdout: "          1  a/1\n          ?  a/2\n          1  a/3\n",
      stderr: expect.stringMatching(sentence),
    });
    const { records } = JSON.parse((await sandbox.run(["ls", "fs:store", "--long", "--json"])).stdout);
    expect(records[1]).toEqual({ key: "a/2", error: { code: "UNAVAILABLE", message: expect.any(String) } });
  });
  chmodSync(file, 0o000);
  for (const folder of ["store", "store/a"]) chmodSync(sandbox.join(folder), 0o777);
  await sandbox.asNobody([file], async () => {
    expect(await sandbox.run(["rm", "fs:store", "a/2"])).toEqual({ code: 0, stdout: "Removed 1 record\n", stderr: "" });
  });
  expect(existsSync(file)).toBe(false);
});

test("rm that may not remove fails with one sentence of the store", async () => {
  using sandbox = new Sandbox();
  await sandbox.run(["put", "fs:store", "a/1", "1"]);
  const { code, stderr } = await sandbox.asNobody([sandbox.join("store/a"), sandbox.join("store")], () =>
    sandbox.run(["rm", "fs:store", "a/1"]),
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/^stowage: Cannot (?:open|remove) "[^\n]+\n$/);
});
