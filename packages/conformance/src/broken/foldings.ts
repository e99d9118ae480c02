import { declareCapabilities, delegate, type Driver, DriverError } from "@stowage/core";
import { type BrokenDriver, namesOf } from "./broken.ts";

function fold(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** The name under which a record is there that only differs from this one in case or normalisation. */
async function twinOf(driver: Driver, name: string): Promise<string | undefined> {
  const names = await namesOf(driver, { prefix: "", reverse: false });
  return names.find((one) => one !== name && fold(one) === fold(name));
}

async function checkFree(driver: Driver, name: string): Promise<void> {
  if ((await twinOf(driver, name)) !== undefined)
    throw new DriverError("UNSUPPORTED", "another spelling has its place");
}

/** A driver that can't keep spellings apart, says so, and refuses the second one, but for what is changed of it. */
function folding(
  id: string,
  title: string,
  change: (driver: Driver) => Partial<Driver>,
  killedBy = "PAIR-028",
): BrokenDriver {
  const make = (driver: Driver): Driver =>
    delegate(driver, {
      capabilities: declareCapabilities({ ...driver.capabilities, caseSensitive: false }),
      put: async (name, text, ifVersion) => {
        await checkFree(driver, name);
        return driver.put(name, text, ifVersion);
      },
      batch: async (ops, atomic) => {
        for (const op of ops) if (op.type === "put") await checkFree(driver, op.name);
        return driver.batch!(ops, atomic);
      },
      ...change(driver),
    });
  return { id, title, killedBy, make };
}

/** Drivers on which the second spelling of a key reaches the record of the first. */
export const brokenFoldings: readonly BrokenDriver[] = [
  folding("BROKEN-742", "refuses the second spelling of a key, but in a batch writes over the first", (driver) => ({
    batch: async (ops, atomic) => {
      const names = await Promise.all(ops.map(async ({ name }) => (await twinOf(driver, name)) ?? name));
      return driver.batch!(
        ops.map((op, i) => ({ ...op, name: names[i] as string })),
        atomic,
      );
    },
  })),
  folding("BROKEN-743", "refuses the second spelling of a key, but not in a conditional put", (driver) => ({
    put: async (name, text, ifVersion) => {
      if (ifVersion === undefined) await checkFree(driver, name);
      return driver.put((await twinOf(driver, name)) ?? name, text, ifVersion);
    },
  })),
  folding("BROKEN-744", "removes a record by another spelling of its key", (driver) => ({
    remove: async (name, ifVersion) => driver.remove((await twinOf(driver, name)) ?? name, ifVersion),
  })),
  folding("BROKEN-745", "reads a record by another spelling of its key", (driver) => ({
    get: async (name) => driver.get((await twinOf(driver, name)) ?? name),
  })),
  folding("BROKEN-746", "lists what is below another spelling of a prefix", (driver) => ({
    async *list(range) {
      const names = await namesOf(driver, { ...range, prefix: "" });
      yield names.filter((name) => fold(name).startsWith(fold(range.prefix)));
    },
  })),
  folding("BROKEN-747", "removes what is below another spelling of a prefix", (driver) => ({
    async removeRange(prefix) {
      const all = await namesOf(driver, { prefix: "", reverse: false });
      const names = all.filter((name) => fold(name).startsWith(fold(prefix)));
      for (const name of names) await driver.remove(name);
      return names.length;
    },
  })),
  folding("BROKEN-748", "keeps the place of a removed record for its spelling", (driver) => {
    const spellings = new Map<string, string>();
    return {
      put: async (name, text, ifVersion) => {
        const spelling = spellings.get(fold(name)) ?? name;
        if (spelling !== name) throw new DriverError("UNSUPPORTED", "another spelling has its place");
        spellings.set(fold(name), name);
        return driver.put(name, text, ifVersion);
      },
    };
  }),
];
