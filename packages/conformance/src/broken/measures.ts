import { delegate, type Driver, type Key, nameOf, Store, StorageError, utf8Bytes } from "@stowage/core";
import { type BrokenDriver, renaming, retexting } from "./broken.ts";
import { brokenStore } from "./stores.ts";

/** A driver that fails for names which it claims to take. */
function refusing(driver: Driver, isRefused: (segments: readonly string[], name: string) => boolean): Driver {
  return delegate(driver, {
    async put(name, text, ifVersion) {
      if (isRefused(name.slice(0, -".json".length).split("/"), name)) throw new Error("ENAMETOOLONG");
      return driver.put(name, text, ifVersion);
    },
  });
}

/** A driver that keeps what another JSON library makes of a value. */
function reparsing(driver: Driver, revive: (value: unknown) => unknown): Driver {
  return retexting(driver, (text) =>
    JSON.stringify(
      JSON.parse(text, (_, value: unknown) => revive(value)),
      null,
      2,
    ),
  );
}

function tooLarge(store: Store, verb: string, key: Key): StorageError {
  const detail = "the text is too long";
  return new StorageError({ code: "TOO_LARGE", verb, what: "records", detail, key, driver: store.driver.name });
}

/** Names and texts that are measured wrong, or that have less room than is claimed; and some that become others. */
export const brokenMeasures: readonly BrokenDriver[] = [
  {
    id: "BROKEN-261",
    title: "has no room for the last hundred bytes of a name",
    killedBy: "LIMIT-021",
    make: (driver) => renaming(driver, (name) => (name.length > 800 ? `${name.slice(0, 800)}.json` : name)),
  },
  {
    id: "BROKEN-262",
    title: "takes segments of 240 bytes and claims more",
    killedBy: "LIMIT-007",
    make: (driver) => refusing(driver, (segments) => segments.some((segment) => utf8Bytes(segment) > 240)),
  },
  {
    id: "BROKEN-263",
    title: "takes names of 896 bytes and claims more",
    killedBy: "LIMIT-009",
    make: (driver) => refusing(driver, (_, name) => utf8Bytes(name) > 896),
  },
  {
    id: "BROKEN-264",
    title: "takes twelve segments and claims more",
    killedBy: "LIMIT-002",
    make: (driver) => refusing(driver, (segments) => segments.length > 12),
  },
  brokenStore(
    "BROKEN-265",
    "measures texts in letters",
    "LIMIT-023",
    class extends Store {
      override write(key: Key, value: unknown): Promise<void> {
        return super.write(key, value).catch(async (error: unknown) => {
          const text = JSON.stringify(value, null, 2);
          if (text === undefined || text.length > this.capabilities.limits.valueBytes) throw error;
          await this.driver.put(nameOf(key), text);
        });
      }
    },
  ),
  brokenStore(
    "BROKEN-266",
    "writes a text that is too long, and says so",
    "LIMIT-022",
    class extends Store {
      override async write(key: Key, value: unknown): Promise<void> {
        const text = JSON.stringify(value, null, 2) ?? "";
        if (text.length > this.capabilities.limits.valueBytes) await this.driver.put(nameOf(key), text);
        return super.write(key, value);
      }
    },
  ),
  brokenStore(
    "BROKEN-267",
    "refuses to read what it would not write",
    "LIMIT-026",
    class extends Store {
      override async read<T>(key: Key): Promise<T> {
        const value = await super.read<T>(key);
        if (JSON.stringify(value, null, 2).length <= this.capabilities.limits.valueBytes) return value;
        throw tooLarge(this, "read", key);
      }
    },
  ),
  brokenStore(
    "BROKEN-268",
    "measures what is written and not what is edited",
    "LIMIT-025",
    class extends Store {
      override update<T>(key: Key, edit: (draft: T) => T | void): Promise<T> {
        let edited: T | undefined;
        const watched = (draft: T): T => (edited = edit(draft) ?? draft);
        return super.update<T>(key, watched).catch(async (error: StorageError) => {
          if (error.code !== "TOO_LARGE") throw error;
          await this.driver.put(nameOf(key), JSON.stringify(edited, null, 2));
          return edited as T;
        });
      }
    },
  ),
  {
    id: "BROKEN-269",
    title: "does not take texts that nest deeper than 700 levels",
    killedBy: "VALUE-112",
    make: (driver) =>
      retexting(driver, (text) => {
        if (text.includes(`\n${" ".repeat(1400)}`)) throw new Error("it nests too deeply");
        return text;
      }),
  },
  {
    id: "BROKEN-270",
    title: "keeps numbers in 32 bits",
    killedBy: "VALUE-067",
    make: (driver) => reparsing(driver, (value) => (typeof value === "number" ? Math.fround(value) : value)),
  },
  {
    id: "BROKEN-271",
    title: "replaces lone surrogates",
    killedBy: "VALUE-071",
    make: (driver) => reparsing(driver, (value) => (typeof value === "string" ? value.toWellFormed() : value)),
  },
  {
    id: "BROKEN-272",
    title: "takes a text that is a date for a date",
    killedBy: "VALUE-013",
    make: (driver) =>
      reparsing(driver, (value) =>
        typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : value,
      ),
  },
  {
    id: "BROKEN-273",
    title: "writes control characters that JSON leaves alone as escapes",
    killedBy: "VALUE-069",
    make: (driver) =>
      retexting(driver, (text) =>
        text.replace(/[\u007f-\u009f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
      ),
  },
  {
    id: "BROKEN-274",
    title: "sends names of Windows' devices nowhere",
    killedBy: "KEY-087",
    make: (driver) =>
      delegate(driver, {
        put: async (name, text, ifVersion) =>
          /(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?=[./]|$)/i.test(name)
            ? { done: true, version: "1" }
            : driver.put(name, text, ifVersion),
      }),
  },
  {
    id: "BROKEN-275",
    title: "takes names of one hash tag for one",
    killedBy: "PAIR-063",
    make: (driver) => renaming(driver, (name) => name.replace(/\{([^}/]+)\}[^/]*(?=\.json$)/, "$1")),
  },
  {
    id: "BROKEN-276",
    title: "takes characters that XML has none for for one",
    killedBy: "PAIR-069",
    make: (driver) => renaming(driver, (name) => name.replace(/[\ufffe\uffff]/g, "\ufffd")),
  },
  {
    id: "BROKEN-277",
    title: "passes over letters that are not seen",
    killedBy: "PAIR-067",
    make: (driver) => renaming(driver, (name) => name.replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, "")),
  },
  {
    id: "BROKEN-278",
    title: "cuts texts at 16 MiB",
    killedBy: "VALUE-218",
    make: (driver) => retexting(driver, (text) => (text.length < 16_777_216 ? text : `${text.slice(0, 16_777_214)}"`)),
  },
];
