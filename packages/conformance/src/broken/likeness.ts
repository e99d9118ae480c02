import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { delegate, type Driver, type Outcome, type Stored } from "@stowage/core";
import type { BrokenDriver } from "./broken.ts";
import { edited } from "./steps.ts";

/** A driver whose versions say less than those of the sound one, which still checks the conditions, in one step. */
function folding(driver: Driver, fold: (stored: Stored) => string): Driver {
  // The version as the sound driver has it, where it folds to the one that is asked for.
  const unfolded = async (name: string, ifVersion: string): Promise<string> => {
    const stored = await driver.get(name);
    return stored !== undefined && fold(stored) === ifVersion ? stored.version : "another";
  };
  const refused = async (name: string): Promise<Outcome> => {
    const stored = await driver.get(name);
    return { done: false, version: stored === undefined ? null : fold(stored) };
  };
  return delegate(driver, {
    async get(name) {
      const stored = await driver.get(name);
      return stored && { ...stored, version: fold(stored) };
    },
    async put(name, text, ifVersion) {
      const condition = typeof ifVersion === "string" ? await unfolded(name, ifVersion) : ifVersion;
      const { done, version } = await driver.put(name, text, condition);
      return done ? { done, version: fold({ text, version: version as string }) } : refused(name);
    },
    async remove(name, ifVersion) {
      const condition = ifVersion === undefined ? undefined : await unfolded(name, ifVersion);
      const outcome = await driver.remove(name, condition);
      return outcome.done ? outcome : refused(name);
    },
  });
}

function hash(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** What a text says, however it is laid out; `undefined` where it is damaged. */
function meaningOf(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Drivers that take texts for the same that are almost the same. */
export const brokenLikenesses: readonly BrokenDriver[] = [
  {
    id: "BROKEN-561",
    title: "takes the first 64 characters of a text for its version",
    killedBy: "VERSION-046",
    make: (driver) => folding(driver, ({ text }) => text.slice(0, 64)),
  },
  {
    id: "BROKEN-562",
    title: "makes a version of the first 4 KiB of a text",
    killedBy: "VERSION-046",
    make: (driver) => folding(driver, ({ text }) => hash(text.slice(0, 4096))),
  },
  {
    id: "BROKEN-563",
    title: "makes a version of the length of a text and its two ends",
    killedBy: "VERSION-046",
    make: (driver) => folding(driver, ({ text }) => hash(`${text.length} ${text.slice(0, 4096)} ${text.slice(-4096)}`)),
  },
  {
    id: "BROKEN-564",
    title: "makes versions of 16 bits",
    killedBy: "VERSION-047",
    make: (driver) => folding(driver, ({ text }) => hash(text).slice(0, 4)),
  },
  {
    id: "BROKEN-565",
    title: "counts versions up to 255 and then from 0 again",
    killedBy: "VERSION-047",
    make: (driver) => folding(driver, ({ version }) => String(Number(version) % 256)),
  },
  {
    id: "BROKEN-566",
    title: "drops an update that changes neither the length of a text nor its first 64 characters",
    killedBy: "UPDATE-026",
    make: (driver) =>
      delegate(driver, {
        async update(name, edit) {
          const dropped = (stored: Stored): string | undefined => {
            const text = edit(stored);
            const isAlike = text?.length === stored.text.length && text.startsWith(stored.text.slice(0, 64));
            return isAlike ? undefined : text;
          };
          for (;;) {
            let isDone = true;
            const isThere = await edited(driver, name, dropped, async (text, version) => {
              isDone = (await driver.put(name, text, version)).done;
            });
            if (isDone) return isThere;
          }
        },
      }),
  },
  {
    id: "BROKEN-710",
    title: "makes a version of the length of a text and its first 1 MiB",
    killedBy: "VERSION-046",
    make: (driver) => folding(driver, ({ text }) => hash(`${text.length} ${text.slice(0, 1 << 20)}`)),
  },
  {
    id: "BROKEN-711",
    title: "takes the CRC-32 of a text for its version",
    killedBy: "VERSION-050",
    make: (driver) => folding(driver, ({ text }) => String(crc32(text))),
  },
  {
    id: "BROKEN-712",
    title: "makes a version of a text in NFC",
    killedBy: "VERSION-050",
    make: (driver) => folding(driver, ({ text }) => hash(text.normalize("NFC"))),
  },
  {
    id: "BROKEN-713",
    title: "makes a version of what a text says, however it is laid out",
    killedBy: "VERSION-051",
    make: (driver) => folding(driver, ({ text }) => hash(meaningOf(text) ?? text)),
  },
  {
    id: "BROKEN-714",
    title: "has one version for all damaged records",
    killedBy: "VERSION-051",
    make: (driver) => folding(driver, ({ text }) => (meaningOf(text) === undefined ? "damaged" : hash(text))),
  },
  {
    id: "BROKEN-715",
    title: "makes a version of what bytes give when they are taken for UTF-8",
    killedBy: "VERSION-052",
    base: "process",
    make: (driver) => folding(driver, ({ text }) => hash(text)),
  },
];
