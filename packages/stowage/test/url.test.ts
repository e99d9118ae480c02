import { expect, test } from "vitest";
import { parseUrl } from "../src/url.ts";

const base = { cwd: "/work", home: "/home/me" };

const good: readonly (readonly [url: string, path: string, options: object])[] = [
  ["memory:", "", {}],
  ["fs:.", "/work", {}],
  ["fs:./dir", "/work/dir", {}],
  ["fs:dir", "/work/dir", {}],
  ["fs:../dir/", "/dir", {}],
  ["fs:/abs/dir", "/abs/dir", {}],
  ["fs:///abs/dir", "/abs/dir", {}],
  ["fs:~", "/home/me", {}],
  ["fs:~/dir", "/home/me/dir", {}],
  ["fs:./~/dir", "/work/~/dir", {}],
  ["fs:~other/dir", "/work/~other/dir", {}],
  ["fs:/a b/%41#c&d=e", "/a b/%41#c&d=e", {}],
  ["fs:C:x", "/work/C:x", {}],
  ["fs:dir?", "/work/dir", {}],
  ["fs:dir?durability=power", "/work/dir", { durability: "power" }],
  ["fs:dir?create=false&lockTimeoutMs=5000", "/work/dir", { create: false, lockTimeoutMs: 5000 }],
  ["sqlite:agent.db", "/work/agent.db", {}],
  ["sqlite:~/agent.db?create=true&busyTimeoutMs=0", "/home/me/agent.db", { create: true, busyTimeoutMs: 0 }],
  ["sqlite::memory:", ":memory:", {}],
];

test.each(good)("%s is understood", (url, path, options) => {
  const parsed = parseUrl(url, base);
  expect(parsed).toMatchObject({ url, path, readonly: false });
  expect(parsed.options).toEqual(options);
});

const bad: readonly (readonly [url: string, detail: string])[] = [
  ["", "the URL is empty, it starts with memory:, fs:, sqlite:"],
  ["./dir", 'the scheme is missing, did you mean "fs:./dir"'],
  ["dir", 'the scheme is missing, did you mean "fs:dir"'],
  ["/abs/agent.db", 'the scheme is missing, did you mean "sqlite:/abs/agent.db"'],
  ["C:\\data", 'the scheme is missing, did you mean "fs:C:\\\\data"'],
  ["./a:b", 'the scheme is missing, did you mean "fs:./a:b"'],
  ["file:///abs", 'unknown scheme "file:", did you mean "fs:"'],
  ["FS:dir", 'unknown scheme "FS:", did you mean "fs:"'],
  ["sqlite3:agent.db", 'unknown scheme "sqlite3:", did you mean "sqlite:"'],
  ["sqllite:agent.db", 'unknown scheme "sqllite:", did you mean "sqlite:"'],
  ["postgres://host/db", 'unknown scheme "postgres:", a URL starts with memory:, fs:, sqlite:'],
  ["memory:x", 'a store in memory has no path, did you mean "memory:"'],
  ["memory:?create=true", 'unknown option "create", there are none'],
  ["fs:", 'the path is missing, as in "fs:./data"'],
  ["sqlite:?create=true", 'the path is missing, as in "sqlite:./data"'],
  ["fs://data/x", 'a path has no host, did you mean "fs:data/x" or "fs:///data/x"'],
  ["fs:a\0b", "the path holds a NUL character"],
  ["fs:dir?durabilty=power", 'unknown option "durabilty", did you mean "durability"'],
  [
    "fs:what?now",
    'unknown option "now", there are create, durability, lockTimeoutMs, readonly; a path that holds "?" can\'t be written as a URL',
  ],
  ["fs:dir?busyTimeoutMs=5", 'unknown option "busyTimeoutMs"'],
  ["fs:dir?create=no", 'the option "create" is "true" or "false", got "no"'],
  ["fs:dir?create=flase", 'the option "create" is "true" or "false", got "flase", did you mean "false"'],
  ["fs:dir?create", 'the option "create" is "true" or "false", got ""'],
  ["fs:dir?create=true&create=false", 'the option "create" is given twice'],
  ["fs:dir?durability=powder", 'the option "durability" is "process" or "power", got "powder", did you mean "power"'],
  ["sqlite:a.db?busyTimeoutMs=-1", 'the option "busyTimeoutMs" is a count of milliseconds, got "-1"'],
  ["sqlite:a.db?path=/etc/passwd", 'unknown option "path"'],
  ["fs:dir?__proto__=x", 'unknown option "__proto__"'],
];

test.each(bad)("%j is refused with the likely spelling", (url, detail) => {
  expect(() => parseUrl(url, base)).toThrow(
    expect.objectContaining({ code: "INVALID_VALUE", message: expect.stringContaining(detail) }),
  );
});

test("a refused URL is shown without its password", () => {
  expect(() => parseUrl("postgres://me:hunter2@host/db", base)).toThrow('Cannot open "postgres://me:***@host/db": ');
});

test("a guess at the right URL does not show a password either", () => {
  expect(() => parseUrl("//me:hunter2@host/db", base)).toThrow(
    'Cannot open "//me:***@host/db": the scheme is missing, did you mean "fs://me:***@host/db"',
  );
});

test("what is no string is refused as a URL", () => {
  expect(() => parseUrl(undefined as unknown as string, base)).toThrow("a URL is a string");
});
