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
  ["", "the URL is empty, it starts with memory:, fs:, sqlite:, redis://, rediss://, s3://"],
  ["./dir", 'the scheme is missing, did you mean "fs:./dir"'],
  ["dir", 'the scheme is missing, did you mean "fs:dir"'],
  ["/abs/agent.db", 'the scheme is missing, did you mean "sqlite:/abs/agent.db"'],
  ["C:\\data", 'the scheme is missing, did you mean "fs:C:\\\\data"'],
  ["./a:b", 'the scheme is missing, did you mean "fs:./a:b"'],
  ["file:///abs", 'unknown scheme "file:", did you mean "fs:"'],
  ["FS:dir", 'unknown scheme "FS:", did you mean "fs:"'],
  ["sqlite3:agent.db", 'unknown scheme "sqlite3:", did you mean "sqlite:"'],
  ["sqllite:agent.db", 'unknown scheme "sqllite:", did you mean "sqlite:"'],
  [
    "postgres://host/db",
    'unknown scheme "postgres:", a URL starts with memory:, fs:, sqlite:, redis://, rediss://, s3://',
  ],
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

const goodServers: readonly (readonly [url: string, address: string, options: object])[] = [
  ["redis://localhost", "redis://localhost", {}],
  ["redis:///0", "redis:///0", {}],
  ["redis://[::1]:6379/2", "redis://[::1]:6379/2", {}],
  ["redis://me:p%40ss%3F@host:6379/0?prefix=a%2Fb", "redis://me:p%40ss%3F@host:6379/0", { prefix: "a/b" }],
  ["rediss://:pw@a:1,b:2,c:3?sentinel=main", "rediss://:pw@a:1,b:2,c:3", { sentinel: "main" }],
  [
    "redis://a:1,b:2?shards=64&replicas=1&timeoutMs=500&create=false&allowEviction=true",
    "redis://a:1,b:2",
    { shards: 64, replicas: 1, timeoutMs: 500, create: false, allowEviction: true },
  ],
  ["s3://bucket", "s3://bucket", {}],
  ["s3://bucket/a prefix/b%20c@d/", "s3://bucket/a prefix/b%20c@d/", {}],
  [
    "s3://bucket/p?endpoint=http%3A%2F%2F127.0.0.1%3A9000&region=eu-west-1",
    "s3://bucket/p",
    { endpoint: "http://127.0.0.1:9000", region: "eu-west-1" },
  ],
  ["s3://bucket?endpoint=http://127.0.0.1:9000", "s3://bucket", { endpoint: "http://127.0.0.1:9000" }],
  [
    "s3://bucket?forcePathStyle=true&lastWriterWins=false&timeoutMs=1&create=true",
    "s3://bucket",
    { forcePathStyle: true, lastWriterWins: false, timeoutMs: 1, create: true },
  ],
];

test.each(goodServers)("%s is an address with options", (url, address, options) => {
  const parsed = parseUrl(url, base);
  expect(parsed).toMatchObject({ url, address, path: "", readonly: false });
  expect(parsed.options).toEqual(options);
});

const encode = '"@" and "#" are written "%40" and "%23" there, and so are "/" and "?" in a password, "%2F" and "%3F"';
const credentials =
  "credentials don't belong in the URL, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, instead";

const badServers: readonly (readonly [url: string, detail: string])[] = [
  ["reddis://host", 'unknown scheme "reddis:", did you mean "redis://"'],
  ["redis+tls://host", 'unknown scheme "redis+tls:"'],
  ["valkey://host", 'unknown scheme "valkey:", did you mean "redis://"'],
  ["valkeys://host", 'unknown scheme "valkeys:", did you mean "rediss://"'],
  ["s3a://bucket", 'unknown scheme "s3a:", did you mean "s3://"'],
  ["S3://bucket", 'unknown scheme "S3:", did you mean "s3://"'],
  [
    "http://127.0.0.1:9000/bucket",
    'a store is not named by an address of the web, did you mean "s3://BUCKET?endpoint=http://127.0.0.1:9000"',
  ],
  ["https://me:pw@host/bucket?x=1", 'did you mean "s3://BUCKET?endpoint=https://host"'],
  ["https://bucket.s3.eu-west-1.amazonaws.com/prefix", 'did you mean "s3://BUCKET/PREFIX"'],
  ["127.0.0.1:6379", 'the scheme is missing, did you mean "redis://127.0.0.1:6379"'],
  ["localhost:6379/2?prefix=a", 'the scheme is missing, did you mean "redis://localhost:6379/2?prefix=a"'],
  ["me:hunter2@cache:6379/2", 'the scheme is missing, did you mean "redis://me:***@cache:6379/2"'],
  ["redis:", 'the address is missing, as in "redis://localhost:6379"'],
  ["rediss://", 'the address is missing, as in "rediss://localhost:6379"'],
  ["s3://", 'the address is missing, as in "s3://bucket/prefix"'],
  ["s3:///?region=x", 'the address is missing, as in "s3://bucket/prefix"'],
  ["redis:localhost:6379", '"//" is missing, did you mean "redis://localhost:6379"'],
  ["s3:bucket", '"//" is missing, did you mean "s3://bucket"'],
  ["s3:/bucket/prefix?region=x", '"//" is missing, did you mean "s3://bucket/prefix"'],
  ["redis://host?prefx=a", 'unknown option "prefx", did you mean "prefix"'],
  ["redis://host?password=x", 'unknown option "password", there are create, prefix, '],
  ["redis://host?prefix=", 'the option "prefix" has no value'],
  ["redis://host?prefix", 'the option "prefix" has no value'],
  ["redis://host?prefix=100%", 'the option "prefix" holds a "%" that starts no code, it is written "%25"'],
  ["redis://host?shards=-1", 'the option "shards" is a count, got "-1"'],
  ["redis://host?prefix=a@b", encode],
  ["redis://me:hun?ter2@host", encode],
  ["redis://me:hun?prefix=ter2@host", encode],
  ["redis://me:hun#ter2@host", encode],
  ["redis://host/0#x", encode],
  ["s3://bucket?endpoint-url=http://host", 'unknown option "endpoint-url", did you mean "endpoint"'],
  ["s3://bucket?accessKeyId=AKIAABCDEFGHIJKLMNOP", credentials],
  ["s3://bucket?region=x&aws_secret_access_key=hunter2", credentials],
  ["s3://bucket?X-Amz-Signature=hunter2", credentials],
  ["s3://AKIAABCDEFGHIJKLMNOP:hun/ter2@bucket", credentials],
  ["s3://hunter2@bucket/prefix", credentials],
  ["s3://bucket?endpoint=http://me:hunter2@host", credentials],
  ["s3://bucket?endpoint=http%3A%2F%2Fme%3Ahunter2%40host", credentials],
];

test.each(badServers)("%j is refused, and shows no secret", (url, detail) => {
  let message = "";
  try {
    parseUrl(url, base);
  } catch (error) {
    expect(error).toMatchObject({ code: "INVALID_VALUE" });
    message = (error as Error).message;
  }
  expect(message).toContain(detail);
  expect(message).not.toMatch(/hun|ter2|AKIA/);
});

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
