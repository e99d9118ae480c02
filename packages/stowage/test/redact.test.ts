import { expect, test } from "vitest";
import { redact } from "../src/index.ts";

const secrets: readonly (readonly [url: string, shown: string])[] = [
  ["redis://:hunter2@host:6379/0", "redis://:***@host:6379/0"],
  ["rediss://me:hunter2@host/0?prefix=a", "rediss://me:***@host/0?prefix=a"],
  ["redis://me:hun@ter2@host", "redis://me:***@host"],
  ["redis://me:hun/ter?2@host", "redis://me:***@host"],
  ["redis://me:hun:ter@host", "redis://me:***@host"],
  [
    "s3://bucket/prefix?accessKeyId=AKIA&secretAccessKey=s3cr3t&region=eu",
    "s3://bucket/prefix?accessKeyId=***&secretAccessKey=***&region=eu",
  ],
  ["s3://bucket?endpoint=https://me:pw@host/x", "s3://bucket?endpoint=https://me:***@host/x"],
  [
    "redis://host/0?password=pw&token=t&SECRET=s&apikey=k&x-amz-signature=q",
    "redis://host/0?password=***&token=***&SECRET=***&apikey=***&x-amz-signature=***",
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
  "redis://me@host:6379/0",
  "redis://host:6379/0",
  "",
];

test.each(plain)("a URL without secrets stays as it is: %s", (url) => {
  expect(redact(url)).toBe(url);
});
