import { delegate, type Driver, keyOf, StorageError, utf8Bytes } from "@stowage/core";
import type { BrokenDriver } from "./broken.ts";

/** A driver that refuses what it claims to take, in the very words of the store. */
function refusing(driver: Driver, problem: (name: string, text: string) => Error | undefined): Driver {
  return delegate(driver, {
    async put(name, text, ifVersion) {
      const error = problem(name, text);
      if (error !== undefined) throw error;
      return driver.put(name, text, ifVersion);
    },
  });
}

/** Drivers that would have cases skipped as if these asked for more than is claimed. */
export const brokenRooms: readonly BrokenDriver[] = [
  {
    id: "BROKEN-740",
    title: "takes texts of 8,192 bytes, claims more, and speaks like the store",
    killedBy: "RECORD-003",
    make: (driver) =>
      refusing(driver, (name, text) => {
        const detail = `the text has ${utf8Bytes(text)} bytes, at most 8192 are allowed`;
        const what = JSON.stringify(name);
        return utf8Bytes(text) > 8192
          ? new StorageError({ code: "TOO_LARGE", verb: "write", what, detail })
          : undefined;
      }),
  },
  {
    id: "BROKEN-741",
    title: "takes six segments, claims more, and speaks like the store",
    killedBy: "LIST-029",
    make: (driver) =>
      refusing(driver, (name) => {
        const key = keyOf(name) ?? [];
        const detail = `the key has ${key.length} segments, at most 6 are allowed`;
        const what = JSON.stringify(name);
        return key.length > 6 ? new StorageError({ code: "INVALID_KEY", verb: "write", what, detail, key }) : undefined;
      }),
  },
];
