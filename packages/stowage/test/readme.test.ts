import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Sandbox } from "./cli.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the program in the README runs and prints what it says", () => {
  using sandbox = new Sandbox();
  const [, program = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const [, printed = ""] = /console\.log\(.*\); \/\/ (.*)/.exec(program) ?? [];
  const entry = new URL("../src/index.ts", import.meta.url).href;
  writeFileSync(
    sandbox.join("example.mts"),
    program.replace('"stowage"', `"${entry}"`).replace(/console\.log\((.*)\);/, "console.log(JSON.stringify($1));"),
  );
  const output = execFileSync(process.execPath, ["--conditions=@stowage/source", "example.mts"], {
    cwd: sandbox.path,
    encoding: "utf8",
  });
  expect(JSON.parse(output)).toEqual(JSON.parse(printed));
});

test("the README names every command and every option that --help does", async () => {
  using sandbox = new Sandbox();
  const { stdout } = await sandbox.run(["--help"]);
  const commands = [...(stdout.split("Commands:")[1]?.split("URLs:")[0] ?? "").matchAll(/^ {2}(\w+)/gm)].map(
    ([, name = ""]) => name,
  );
  expect(commands).toHaveLength(10);
  for (const command of commands) {
    expect(readme).toContain(`| \`${command}`);
    const help = await sandbox.run(["help", command]);
    for (const [, option = ""] of help.stdout.matchAll(/^ {2}(?:-h, )?(--[\w-]+)/gm)) expect(readme).toContain(option);
  }
});

test("no part of the README stands there twice, and its levels say what the suite demands", async () => {
  const headings = [...readme.matchAll(/^#+ .*/gm)].map(([heading]) => heading);
  expect(headings).toEqual([...new Set(headings)]);
  const guide = readFileSync(new URL("../../../docs/write-a-driver.md", import.meta.url), "utf8");
  const full = /^\| `?full`? .*/m;
  for (const word of ["atomic batches", "upper and lower case", "keys of every legal length", "damaged records"]) {
    expect(full.exec(readme)?.[0]).toContain(word);
    expect(full.exec(guide)?.[0]).toContain(word);
  }
});
