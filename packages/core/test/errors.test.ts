import { readFileSync } from "node:fs";
import { DriverError, isStorageError, StorageError, storageErrorCodes } from "@stowage/core";
import { describe, expect, test } from "vitest";

const init = { code: "CONFLICT", verb: "write", what: '"a/b"', detail: "the record has another version" } as const;

describe("a storage error", () => {
  test("reads: cannot, verb, what, detail", () => {
    expect(new StorageError(init).message).toBe('Cannot write "a/b": the record has another version');
  });

  test("is retryable only where the same call may succeed later", () => {
    const retryable = storageErrorCodes.filter((code) => new StorageError({ ...init, code }).retryable);
    expect(retryable).toEqual(["BUSY", "UNAVAILABLE"]);
  });

  test("keeps its cause, and has none when there is none", () => {
    const cause = new Error("raw");
    expect(new StorageError({ ...init, cause }).cause).toBe(cause);
    expect("cause" in new StorageError(init)).toBe(false);
  });
});

describe("isStorageError", () => {
  test("tells codes apart", () => {
    const error = new StorageError(init);
    expect(isStorageError(error)).toBe(true);
    expect(isStorageError(error, "CONFLICT")).toBe(true);
    expect(isStorageError(error, "BUSY")).toBe(false);
  });

  test("knows an error of another copy of the package", async () => {
    const other = "../src/errors.ts?copy";
    const copy = (await import(other)) as { StorageError: typeof StorageError };
    const error = new copy.StorageError(init);
    expect(error instanceof StorageError).toBe(false);
    expect(isStorageError(error, "CONFLICT")).toBe(true);
  });

  test("refuses what only looks like one", () => {
    for (const one of [
      undefined,
      null,
      "CONFLICT",
      { name: "StorageError", code: "CONFLICT" },
      new DriverError("BUSY", "x"),
    ]) {
      expect(isStorageError(one)).toBe(false);
    }
    expect(isStorageError(Object.assign(new Error("x"), { name: "StorageError", code: "ENOENT" }))).toBe(false);
  });
});

describe("docs/errors.md", () => {
  const headings = [
    ...readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8").matchAll(/^## (.+)$/gm),
  ].map(([, code]) => code);

  test("has one heading for each code, and none for a code that doesn't exist", () => {
    expect(headings).toEqual([...storageErrorCodes]);
  });
});
