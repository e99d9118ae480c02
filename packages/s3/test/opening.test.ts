import { inspect } from "node:util";
import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { markerName, type StorageError } from "@stowage/core";
import { s3, type S3Options, type S3ServerOptions } from "@stowage/s3";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { describeWith } from "stowage-servers/test";
import { clientFor, clientOptions, keysBelow, optionsOf } from "./setup.ts";
import { freshPrefix, openStore, startFake } from "./started.ts";

async function failure(promise: Promise<unknown>): Promise<StorageError> {
  return promise.then(
    () => expect.unreachable("it succeeded"),
    (error: unknown) => error as StorageError,
  );
}

describe("options that are wrong are refused before anything is asked of a server", () => {
  const good = { bucket: "stowage", endpoint: "http://127.0.0.1:1", region: "us-east-1" };
  const wrong: readonly (readonly [options: object, detail: string])[] = [
    [{ ...good, buckets: "a" }, 'unknown option "buckets", did you mean "bucket"'],
    [{ endpoint: good.endpoint }, 'the option "bucket" is missing'],
    [{ ...good, bucket: "a/b" }, 'at both ends a letter or a digit, got "a/b"'],
    [
      { ...good, bucket: "b" },
      'the option "bucket" is the name of a bucket, 3 to 255 letters, digits, ".", "-", and "_"',
    ],
    [{ ...good, prefix: "/a" }, 'the option "prefix" is a path below the bucket: the segment "" is empty'],
    [{ ...good, prefix: "a//b" }, 'the option "prefix" is a path below the bucket: the segment "" is empty'],
    [{ ...good, prefix: "a/../b" }, 'the option "prefix" is a path below the bucket: the segment ".." is a path step'],
    [{ ...good, prefix: "a".repeat(768) }, 'the option "prefix" has 769 bytes, at most 768 are allowed'],
    [{ ...good, endpoint: "127.0.0.1:9000" }, 'the option "endpoint" is a URL, "https://HOST" or "http://HOST:PORT"'],
    [{ ...good, endpoint: "http://h/?x=1" }, 'the option "endpoint" is a URL without "?" and "#"'],
    [{ ...good, region: "" }, 'the option "region" is the name of a region, got ""'],
    [{ ...good, lastWriterWins: "yes" }, 'the option "lastWriterWins" is true or false, got "yes"'],
    [{ ...good, timeoutMs: Infinity }, 'the option "timeoutMs" is a number of milliseconds from 1 to 2147483647'],
    [{ ...good, timeoutMs: 0 }, 'the option "timeoutMs" is a number of milliseconds from 1 to 2147483647, got 0'],
    [{ ...good, client: { send() {} } }, 'unknown option "endpoint"'],
    [{ bucket: "stowage", client: {} }, 'the option "client" is an S3Client of @aws-sdk/client-s3'],
  ];

  test.each(wrong)("%o", async (options, detail) => {
    const error = await failure(s3(options as S3Options));
    expect([error.code, error.message]).toEqual(["INVALID_VALUE", expect.stringContaining(detail)]);
  });

  test("an endpoint with credentials, which the message keeps to itself", async () => {
    const error = await failure(s3({ ...good, endpoint: "http://AKIDEXAMPLE:hunter2@h" }));
    expect(error.message).toContain("holds credentials: they belong in AWS_ACCESS_KEY_ID");
    expect(inspect(error, { depth: 9 })).not.toMatch(/AKIDEXAMPLE|hunter2/);
  });
});

describe("a set-up that is wrong is told in one sentence", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("https where the server speaks http", async () => {
    const { host, options } = await startFake();
    const error = await failure(s3({ ...options, endpoint: `https://${host}` }));
    expect([error.code, error.message]).toEqual([
      "UNAVAILABLE",
      `Cannot open "s3://${options.bucket}/": no answer from the server at ${host} (EPROTO), as if it spoke no TLS: ` +
        'look at "https:" in the endpoint',
    ]);
  });

  test("a profile that is not there, by its name", async () => {
    const { options } = await startFake();
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    vi.stubEnv("AWS_PROFILE", "typo");
    const error = await failure(s3(options));
    expect(error).toMatchObject({ code: "UNAVAILABLE", retryable: false });
    expect(error.message).toContain('no credentials were found (AWS_PROFILE names the profile "typo"): set ');
  });

  test("credentials with a line break, which the message keeps to itself", async () => {
    const { options } = await startFake();
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE\n");
    const error = await failure(s3(options));
    expect(error).toMatchObject({ code: "UNAVAILABLE", retryable: false });
    expect(error.message).toContain("look at the endpoint, and for line breaks in the credentials");
    expect(inspect(error, { depth: 9 })).not.toContain("AKIDEXAMPLE");
  });

  test("a name that the server takes for no bucket's", async () => {
    const fake = await startFake();
    fake.fault = () => ({ type: "answer", status: 400, code: "InvalidBucketName" });
    const error = await failure(s3({ ...fake.options, bucket: "a..b" }));
    expect(error).toMatchObject({ code: "INVALID_VALUE", retryable: false });
    expect(error.message).toBe(
      `Cannot open "s3://a..b/": the server at ${fake.host} takes no bucket of such a name (InvalidBucketName)`,
    );
  });

  test.each([
    ["localhost:9000", 'AWS_ENDPOINT_URL_S3 is a URL, "https://HOST" or "http://HOST:PORT"'],
    ["http://AKIDEXAMPLE:hunter2@h", "AWS_ENDPOINT_URL_S3 holds credentials: they belong in AWS_ACCESS_KEY_ID"],
  ])("an endpoint of the environment such as %s", async (endpoint, detail) => {
    vi.stubEnv("AWS_ENDPOINT_URL_S3", endpoint);
    const error = await failure(s3({ bucket: "stowage", region: "us-east-1" }));
    expect([error.code, error.message]).toEqual(["INVALID_VALUE", expect.stringContaining(detail)]);
    expect(inspect(error, { depth: 9 })).not.toMatch(/AKIDEXAMPLE|hunter2/);
  });
});

describeWith("s3", "opening a store", ({ url }) => {
  const server = optionsOf(url);
  const client = clientFor(server);
  const place = (): S3ServerOptions & { readonly prefix: string } => ({ ...server, prefix: freshPrefix(server) });

  // NOT_FOUND would say that opening it for writing makes it.
  test.each([{}, { create: false }, { readonly: true }])(
    "a bucket that is missing is a fault with %o",
    async (more) => {
      const error = await failure(s3({ ...server, bucket: "no-such-bucket-here", ...more }));
      expect(error).toMatchObject({ code: "UNAVAILABLE", retryable: false });
      expect(error.message).toMatch(
        /^Cannot open "s3:\/\/no-such-bucket-here\/": .+ has no such bucket: make it first/,
      );
    },
  );

  test("a new store has a marker, and nothing else", async () => {
    const options = place();
    await openStore(options);
    expect(await keysBelow(client, server.bucket, options.prefix)).toEqual([`${options.prefix}${markerName}`]);
  });

  test.each([{ create: false }, { readonly: true }])("with %o nothing is made where nothing is", async (more) => {
    const options = place();
    const error = await failure(s3({ ...options, ...more }));
    expect([error.code, error.message]).toEqual([
      "NOT_FOUND",
      expect.stringContaining("there is nothing below the prefix"),
    ]);
    expect(await keysBelow(client, server.bucket, options.prefix)).toEqual([]);
  });

  test("records without a marker are a store as it is, however it was synced", async () => {
    const options = place();
    await send(`${options.prefix}session/one.json`, '{"a": 1}');
    const store = await openStore({ ...options, create: false });
    expect(await store.read(["session", "one"])).toEqual({ a: 1 });
    expect(await keysBelow(client, server.bucket, options.prefix)).toEqual([`${options.prefix}session/one.json`]);
  });

  test("what consoles leave makes no store", async () => {
    const options = place();
    for (const name of ["", ".DS_Store", ".stowage/probe-0"]) await send(options.prefix + name, "1");
    expect((await failure(s3({ ...options, create: false }))).code).toBe("NOT_FOUND");
    await openStore(options);
    expect(await keysBelow(client, server.bucket, options.prefix)).toContain(`${options.prefix}${markerName}`);
  });

  test("a store of a newer format is refused and left as it is", async () => {
    const options = place();
    await send(`${options.prefix}${markerName}`, "3");
    const error = await failure(s3(options));
    expect([error.code, error.message]).toEqual([
      "UNSUPPORTED",
      expect.stringContaining('"migration" says 3, and 2 is'),
    ]);
    expect(await keysBelow(client, server.bucket, options.prefix)).toEqual([`${options.prefix}${markerName}`]);
  });

  test("the location is the same by every way to write it", async () => {
    const { prefix, ...rest } = place();
    const [one, other] = [
      await openStore({ ...rest, prefix }),
      await openStore({ ...rest, prefix: prefix.slice(0, -1) }),
    ];
    const handed = await openStore({ client, bucket: rest.bucket, prefix });
    const location = `s3:${new URL(server.endpoint as string).origin}/${rest.bucket}/${prefix.slice(0, -1)}`;
    expect([one, other, handed].map(({ driver }) => driver.location)).toEqual([location, location, location]);
  });

  test("the location of a prefix lies in that of what is above it, and in no other", async () => {
    const { prefix: root, ...rest } = place();
    const at = async (prefix: string): Promise<string> =>
      (await openStore({ ...rest, prefix })).driver.location as string;
    const outer = await at(root);
    expect(
      outer.startsWith(`${(await openStore({ client, bucket: rest.bucket, readonly: true })).driver.location}/`),
    ).toBe(true);
    expect(await at(`${root}inner`)).toBe(`${outer}/inner`);
    // What follows a "#" is a view of what is before it.
    expect([await at(`${root}a`), await at(`${root}a#`), await at(`${root}a%23`)]).toEqual([
      `${outer}/a`,
      `${outer}/a%23`,
      `${outer}/a%2523`,
    ]);
  });

  test.each([
    [
      "an unknown key",
      { accessKeyId: "AKIDNOBODYKNOWS", secretAccessKey: "hunter2-hunter2" },
      "does not know the access key",
    ],
    [
      "a wrong secret",
      { accessKeyId: process.env["AWS_ACCESS_KEY_ID"] as string, secretAccessKey: "hunter2-hunter2" },
      "the secret key is not that",
    ],
  ])("%s is told in one sentence, without any of it", async (_, credentials, sentence) => {
    const wrong = new S3Client({
      ...clientOptions(server),
      credentials: { ...credentials, sessionToken: "hunter3-token" },
    });
    onTestFinished(() => wrong.destroy());
    const error = await failure(s3({ client: wrong, bucket: server.bucket }));
    expect(error).toMatchObject({ code: "UNAVAILABLE", retryable: false });
    expect(error.message).toContain(sentence);
    const all = inspect(error, { depth: 20, showHidden: true });
    expect(all).toContain("S3Failure");
    expect(all).not.toMatch(/hunter2|hunter3|AKIDNOBODYKNOWS|Credential=|Signature=/);
  });

  test("a versioned bucket shows what is there now: a delete marker is absence", async () => {
    const bucket = `versioned-${Date.now()}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
    const store = await openStore({ ...server, bucket });
    await store.write(["a"], 1);
    await store.remove(["a"]);
    expect([await store.get(["a"]), await store.list([])]).toEqual([undefined, []]);
    await store.write(["a"], 2);
    expect([await store.read(["a"]), await store.list([])]).toEqual([2, [["a"]]]);
    // Ceph 16 honours If-None-Match in other buckets, and ignores it in one like this.
    const creations = await Promise.allSettled([1, 2, 3].map((value) => store.put(["b"], value, { ifVersion: null })));
    const won = creations.filter(({ status }) => status === "fulfilled");
    expect(won).toHaveLength(store.capabilities.compareAndSwap === "store" ? 1 : 0);
  });

  test("whoever may do what the README says, and nothing else, does all", async () => {
    const bucket = `rights-${Date.now()}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const allow = async (...Action: readonly string[]): Promise<void> => {
      const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
      const Statement = [{ Effect: "Allow", Principal: "*", Action, Resource }];
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
      await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    };
    // Without a signature it is nobody, who may do what everybody may.
    const nobody = new S3Client({ ...clientOptions(server), signer: { sign: async (request) => request } });
    onTestFinished(() => nobody.destroy());
    const options = { client: nobody, bucket, prefix: "p" };
    const reading = ["s3:GetObject", "s3:ListBucket"];
    await allow(...reading, "s3:PutObject", "s3:DeleteObject");
    const store = await openStore(options);
    await store.write(["a"], 1);
    await store.update<number>(["a"], (n) => n + 1);
    await store.batch([1, 2, 3].map((value) => ({ type: "write", key: ["b", String(value)], value })));
    expect(await store.removePrefix(["b"])).toBe(3);
    await allow(...reading);
    const reader = await openStore({ ...options, readonly: true });
    expect([await reader.read(["a"]), await reader.list([])]).toEqual([2, [["a"]]]);
    await expect(store.write(["a"], 3)).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: false });
  });

  async function send(key: string, text: string): Promise<void> {
    await client.send(new PutObjectCommand({ Bucket: server.bucket, Key: key, Body: text }));
  }
});
