import { expect, test } from "vitest";
import { redact } from "../src/index.ts";

const secrets: readonly (readonly [url: string, shown: string])[] = [
  ["db://:hunter2@host:6379/0", "db://:***@host:6379/0"],
  ["dbs://me:hunter2@host/0?prefix=a", "dbs://me:***@host/0?prefix=a"],
  ["db://me:hun@ter2@host", "db://me:***@host"],
  ["db://me:hun/ter?2@host", "db://me:***@host"],
  ["db://me:hun:ter@host", "db://me:***@host"],
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
];

test.each(secrets)("the secrets of %s don't show", (url, shown) => {
  expect(redact(url)).toBe(shown);
});

const plain = [
  "memory:",
  "fs:./dir",
  "fs:///data/a:b@c",
  "fs:/home/me@work:x/storage?durability=power",
  "sqlite:/data/agent.db?busyTimeoutMs=5",
  "db://me@host:6379/0",
  "db://host:6379/0",
  "",
];

test.each(plain)("a URL without secrets stays as it is: %s", (url) => {
  expect(redact(url)).toBe(url);
});
