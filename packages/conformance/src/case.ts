import type { Capabilities, Driver, Key, Store, StoreOptions } from "@stowage/core";
import type { DiskFault } from "./disk/fault.ts";

/**
 * How much is run. `quick`: what one process shows in seconds. `full`: everything, several processes and killed ones
 * among it. `stress`: everything in ten times the size.
 */
export type Profile = "quick" | "full" | "stress";

/** One checkable statement about a law of the contract. */
export interface Case {
  /** Category and number: `"LIST-014"`. Never reused and never renumbered, so that reports of years compare. */
  readonly id: string;
  /** The law of docs/contract.md that the case belongs to: `"R6"`. */
  readonly law: string;
  /** A statement that holds where the case passes: "removing a missing record does nothing". */
  readonly title: string;
  /** The smallest profile that runs it; `quick` by default. */
  readonly profile?: Profile;
  /** Set where a fault is found by chance, such as a race: then a known gap of it that passes is not closed yet. */
  readonly byChance?: true;
  /** Why the case says nothing about this backend, or `undefined` where it applies. */
  when?(capabilities: Capabilities, backend: Backend): string | undefined;
  /** Throws, usually an `AssertionError`, where the statement does not hold. */
  run(context: Context): Promise<void>;
}

/** How the suite gets at a backend. */
export interface Harness {
  /** Part of the titles: `"fs, durability power"`. */
  readonly name: string;
  /** Makes an empty backend. Called once for each case, so it should be cheap. */
  create(): Promise<Backend>;
  /**
   * Ids of cases that fail and why that is accepted. Such a case still runs; it counts as failed when it passes, so
   * that no excuse outlives its cause.
   */
  readonly knownGaps?: Readonly<Record<string, string>>;
  /** What only this backend can be asked, run behind the cases of the suite: `"FS-001"`. No id is one of the suite's. */
  readonly cases?: readonly Case[];
}

/** An empty place for records, which the harness alone knows how to make and take away. */
export interface Backend {
  /** A new handle on the same data, each time it is called. The suite closes every handle that it opened. */
  open(): Promise<Driver>;
  /** How another process opens the same data. Absent where only this process can see them. */
  readonly process?: ProcessRecipe;
  /** Makes the store over a driver; core's `Store` where absent. For testing a store of one's own, or this suite. */
  store?(driver: Driver, options?: StoreOptions): Store;
  /**
   * Puts raw bytes under a name, past the driver: for damaged records and for things that are no records. Names have
   * the form of `"a/b.json"`. Absent where nothing but the driver can write.
   */
  plant?(name: string, bytes: Uint8Array): Promise<void>;
  /** Set where the backend can hold only well-formed text, so that bytes that are not UTF-8 can't be planted. */
  readonly holds?: "text";
  /** Frees everything. Called after all handles are closed; a rejection fails the case. */
  destroy(): Promise<void>;
}

/** A child process does `(await import(module))[factory](options)` and gets a driver. */
export interface ProcessRecipe {
  /** The URL of a module, `file:///…`. Node must be able to import it as it is. */
  readonly module: string;
  readonly factory: string;
  /** JSON: it travels to the child. */
  readonly options: unknown;
  /** The prefix of a view, when the data are seen through `scope`. */
  readonly scope?: Key;
  /**
   * The folder that holds all the data, and nothing else, where the driver reaches it by `node:fs` alone, in any form of its
   * calls: then a child can have such calls fail, and lose what was not flushed as in a power cut. What is written by native
   * code, in a worker thread, or by `cpSync` of a folder is not seen: the cases that need to see it fail, and say so, as they
   * do where no file below the folder changes when records do.
   */
  readonly files?: string;
  /** The id of a broken driver that the child puts before what it opens: for testing this suite. */
  readonly broken?: string;
}

/** What a case works with. Whatever it opens and starts is closed and ended for it. */
export interface Context {
  /** A store on an empty backend. */
  readonly store: Store;
  /** The driver of that store, for what only a driver shows, such as the stored text. */
  readonly driver: Driver;
  readonly capabilities: Capabilities;
  /** Multiplies the sizes of the cases that find races by chance. A whole number from 1; 1 unless asked for more. */
  readonly scale: number;
  /** What everything generated begins from: the same seed gives the same case. */
  readonly seed: number;
  /** Another store on the same data, by a handle of its own; `wrap` puts something between the two. */
  open(wrap?: (driver: Driver) => Driver, options?: StoreOptions): Promise<Store>;
  /** Puts raw bytes, or a text as UTF-8, under a name. Only where the backend has `plant`. */
  plant(name: string, content: string | Uint8Array): Promise<void>;
  /** Starts a process that has the data open when this resolves. Only where the backend has `process`. */
  spawn(task: string, args?: unknown, options?: SpawnOptions): Promise<Child>;
  /** {@link ProcessRecipe.files} of the backend. */
  readonly files: string | undefined;
  /** The options of the backend's recipe, which tell the cases of an adapter's own where the data lie; {} where it has none. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What befalls a child, and when. JSON: it travels to the child. */
export interface SpawnOptions {
  /** Where the child ends, in the work of its driver. One that does not get there works on. */
  readonly dies?: DriverMoment;
  /** What happens when it works on its files. Only where the recipe has `files`. */
  readonly disk?: readonly DiskFault[];
  /** Another way to open the same data, laid over the recipe; `options` are laid over its options. */
  readonly recipe?: Partial<Pick<ProcessRecipe, "module" | "factory" | "options">>;
}

/** A moment in the work of a driver. */
export interface DriverMoment {
  /** Which of the calls that change something, counted from 1: of `put`, `remove`, `update`, `batch`, `removeRange`, `putMarker`, and `sync`. */
  readonly call: number;
  /** Before it is made; while it is under way, when the event loop comes round first; when it has resolved, and nobody has been told. */
  readonly when: "before" | "during" | "after";
}

/** A process that waits for its task to be started, so that several can be started at once. */
export interface Child {
  /** Starts the task and resolves to what it returns; rejects when the task fails. */
  run(): Promise<unknown>;
  /** Resolves when the running task has reported so many times that it made headway. */
  progress(times: number): Promise<void>;
  /** Ends the process as a power switch would, without a last word to it. */
  kill(): Promise<void>;
  /** Resolves to the exit code, once the process has ended by itself. */
  exited(): Promise<number | null>;
}
