import { expect, test } from "vitest";
import { redact } from "../src/redact.ts";

const secrets: readonly (readonly [url: string, shown: string])[] = [
  ["db://:hunter2@host:6379/0", "db://:***@host:6379/0"],
  ["dbs://me:hunter2@host/0?prefix=a", "dbs://me:***@host/0?prefix=a"],
  ["db://me:hun@ter2@host", "db://me:***@host"],
  ["db://me:hun/ter?2@host", "db://me:***@host"],
  ["db://me:hun:ter@host", "db://me:***@host"],
  ["db://me:12345@host/x", "db://me:***@host/x"],
  ["db://me:12345/x@host", "db://me:***@host"],
  ["db://me:12345?x@host", "db://me:***@host"],
  ["db://:12345/x?y@host", "db://:***@host"],
  ["failed: db://me:pw@host/0, then http://host:80/x", "failed: db://me:***@host/0, then http://host:80/x"],
  [
    "bucket://bucket/prefix?accessKeyId=AKIA&secretAccessKey=s3cr3t&region=eu",
    "bucket://bucket/prefix?accessKeyId=***&secretAccessKey=***&region=eu",
  ],
  ["bucket://bucket?endpoint=https://me:pw@host/x", "bucket://bucket?endpoint=https://me:***@host/x"],
  [
    "db://host/0?password=pw&token=t&SECRET=s&apikey=k&x-amz-signature=q",
    "db://host/0?password=***&token=***&SECRET=***&apikey=***&x-amz-signature=***",
  ],
  ["postgres://me:hunter2@host/db", "postgres://me:***@host/db"],
  ["redis://me:p%40ss%3Fword@host:6379/0", "redis://me:***@host:6379/0"],
  ["rediss://:pw@a:1,b:2,c:3/0?sentinel=main", "rediss://:***@a:1,b:2,c:3/0?sentinel=main"],
  ["redis://a:1,me:pw@b:2", "redis://a:***@b:2"],
  ["redis://hunter2@host", "redis://***@host"],
  ["redis://me:hunter2", "redis://me:***"],
  ["me:hun@ter2@host:6379/0", "me:***@host:6379/0"],
  ["s3://hunter2@bucket/prefix", "s3://***@bucket/prefix"],
  ["s3://AKIAABCDEFGHIJKLMNOP:a/b+c@bucket", "s3://***:***@bucket"],
  ["s3://bucket?id=AKIAABCDEFGHIJKLMNOP", "s3://bucket?id=***"],
  ["s3://bucket?endpoint=http%3A%2F%2Fme%3Apw%40host&region=x", "s3://bucket?endpoint=***&region=x"],
];

test.each(secrets)("the secrets of %s don't show", (url, shown) => {
  expect(redact(url)).toBe(shown);
});

const plain = [
  "memory:",
  "fs:./dir",
  "fs:///data/a:b@c",
  "fs:/home/me@work:x/storage?durability=power",
  "fs:node_modules/@scope/name:1",
  "sqlite:me@work.db",
  "sqlite:/data/agent.db?busyTimeoutMs=5",
  "db://me@host:6379/0",
  "db://host:6379/0",
  "redis://localhost:6379/0?prefix=a%20b",
  "http://localhost:6379/x?to=a@b",
  "redis://a:7000,b:7001,c:7002",
  "redis://[::1]:6379/0",
  "s3://bucket/me@host/x?endpoint=http%3A%2F%2F127.0.0.1%3A9000&region=us-east-1",
  "s3://bucket?endpoint=http://127.0.0.1:9000",
  "",
];

test.each(plain)("a URL without secrets stays as it is: %s", (url) => {
  expect(redact(url)).toBe(url);
});

// What takes a time that grows with the square of the length takes minutes here.
test.each(["a-", "//a:", "//a:@", "//a:1/", "?", "?key", "?key=", "&a=", "?a=%", "a:@", "a@b:1"])(
  "a long text of %j is looked through once",
  (part) => {
    expect(redact(`${part.repeat(1_000_000)} db://me:pw@host`)).toMatch(/ db:\/\/me:\*\*\*@host$/);
  },
);
