import { delegate, type Driver, type Range, type Store, type StoreOptions } from "@stowage/core";

/** A driver with one fault, and the case that must find it: the proof that the suite can fail. */
export interface BrokenDriver {
  /** `"BROKEN-014"`; stable, as the ids of cases are. */
  readonly id: string;
  /** What it does wrong. */
  readonly title: string;
  /** The id of the case that must fail on it. */
  readonly killedBy: string;
  /** Set where only another process can see the fault: then the sound driver is one whose data other processes see. */
  readonly base?: "process";
  /** Puts the fault in front of a sound driver. Called once for each handle, so what it keeps is kept by a handle. */
  make(driver: Driver): Driver;
  /** Makes a store that has the fault, where it is none of a driver's: then `make` changes nothing. */
  store?(driver: Driver, options?: StoreOptions): Store;
}

/** Lets others have a turn, as I/O would. */
export function pause(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** All names of a range at once. */
export async function namesOf(driver: Driver, range: Range): Promise<string[]> {
  const names: string[] = [];
  for await (const page of driver.list(range)) names.push(...page);
  return names;
}

/** A driver whose listing is made over: `change` gets all names of what it asked for. */
export function relisting(
  driver: Driver,
  change: (names: readonly string[], range: Range) => readonly string[],
  ask: (range: Range) => Range = (range) => range,
): Driver {
  return delegate(driver, {
    async *list(range) {
      yield change(await namesOf(driver, ask(range)), range);
    },
  });
}

/** A driver that puts records under other names than it was told, as one that folds or cuts them does. */
export function renaming(
  driver: Driver,
  rename: (name: string) => string,
  back = (name: string): string => name,
): Driver {
  return delegate(driver, {
    get: (name) => driver.get(rename(name)),
    put: (name, text, ifVersion) => driver.put(rename(name), text, ifVersion),
    remove: (name, ifVersion) => driver.remove(rename(name), ifVersion),
    batch: (ops, atomic) =>
      driver.batch!(
        ops.map((op) => ({ ...op, name: rename(op.name) })),
        atomic,
      ),
    async *list(range) {
      const all = await namesOf(driver, { prefix: "", reverse: range.reverse });
      yield all.map(back).filter((name) => name.startsWith(range.prefix));
    },
  });
}

/** A driver that keeps other texts than it was given. */
export function retexting(driver: Driver, retext: (text: string) => string): Driver {
  return delegate(driver, {
    put: (name, text, ifVersion) => driver.put(name, retext(text), ifVersion),
    batch: (ops, atomic) =>
      driver.batch!(
        ops.map((op) => (op.type === "put" ? { ...op, text: retext(op.text) } : op)),
        atomic,
      ),
  });
}

/** A driver whose versions are made of the text alone. */
export function reversioning(driver: Driver, versionOf: (text: string) => string): Driver {
  const refused = async (name: string, ifVersion: string | null | undefined): Promise<string | null | undefined> => {
    const stored = await driver.get(name);
    const version = stored === undefined ? null : versionOf(stored.text);
    return ifVersion === undefined || version === ifVersion ? undefined : version;
  };
  return delegate(driver, {
    async get(name) {
      const stored = await driver.get(name);
      return stored && { ...stored, version: versionOf(stored.text) };
    },
    async put(name, text, ifVersion) {
      const version = await refused(name, ifVersion);
      if (version !== undefined) return { done: false, version };
      await driver.put(name, text);
      return { done: true, version: versionOf(text) };
    },
    async remove(name, ifVersion) {
      const version = await refused(name, ifVersion);
      return version === undefined ? driver.remove(name) : { done: false, version };
    },
  });
}

/** State that all handles on the same data share. */
export function shared<State>(make: () => State): (driver: Driver) => State {
  const states = new WeakMap<Driver, State>();
  return (driver) => {
    const state = states.get(driver) ?? make();
    states.set(driver, state);
    return state;
  };
}
