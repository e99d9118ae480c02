import { Border } from "./border.ts";
import { CompleteDriver } from "./complete.ts";
import type { Capabilities, Driver, DriverOp, Range, Stored } from "./driver.ts";
import { isStorageError } from "./errors.ts";
import { parseText } from "./json.ts";
import { type Key, keyOf, nameOf } from "./key.ts";
import { sleep } from "./retry.ts";
import type {
  BatchOp,
  CorruptOptions,
  Entry,
  Prefixes,
  PutOptions,
  RangeOptions,
  RemoveOptions,
  Storage,
} from "./storage.ts";

export interface StoreOptions {
  /** How long `update` tries again when other writers are faster, in milliseconds. Default 30,000; then CONFLICT. */
  readonly updateTimeoutMs?: number;
}

/**
 * The portable store over a driver: counts calls, refuses them after `close`, and lets nothing pass the {@link Border}
 * unchecked. Everything a caller may rely on is said at {@link Storage}.
 */
export class Store implements Storage {
  /** For tools that move texts, such as a migration. Calls on it are not checked. */
  readonly driver: Driver;
  readonly capabilities: Capabilities;
  readonly #border: Border;
  readonly #complete: CompleteDriver;
  #pending = 0;
  #idle: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(driver: Driver, options: StoreOptions = {}) {
    this.driver = driver;
    this.capabilities = driver.capabilities;
    this.#border = new Border(driver);
    this.#complete = new CompleteDriver(driver, options.updateTimeoutMs ?? 30_000);
  }

  write(key: Key, value: unknown): Promise<void> {
    return this.#call("write", key, async () => {
      await this.#complete.put(this.#border.name("write", key), this.#border.text("write", key, value), undefined);
    });
  }

  read<T = unknown>(key: Key): Promise<T> {
    return this.#call("read", key, async () => {
      const found = await this.#get("read", key);
      if (found === undefined) throw this.#border.missing("read", key);
      return found.value as T;
    });
  }

  get<T = unknown>(key: Key): Promise<Entry<T> | undefined> {
    return this.#call("read", key, async () => {
      const found = await this.#get("read", key);
      return found && entryOf<T>([...key], found);
    });
  }

  put(key: Key, value: unknown, options: PutOptions = {}): Promise<{ readonly version: string }> {
    return this.#call("write", key, async () => {
      const name = this.#border.name("write", key);
      this.#checkCondition("write", key, options);
      const outcome = await this.#complete.put(name, this.#border.text("write", key, value), options.ifVersion);
      if (!outcome.done) throw this.#border.conflict("write", key, outcome.version, options.ifVersion ?? null);
      return { version: outcome.version as string };
    });
  }

  remove(key: Key, options: RemoveOptions = {}): Promise<void> {
    return this.#call("remove", key, async () => {
      const name = this.#border.name("remove", key);
      this.#checkCondition("remove", key, options);
      const outcome = await this.#complete.remove(name, options.ifVersion);
      if (!outcome.done) throw this.#border.conflict("remove", key, outcome.version, options.ifVersion as string);
    });
  }

  update<T = unknown>(key: Key, edit: (draft: T) => T | void): Promise<T> {
    return this.#call("update", key, async () => {
      const name = this.#border.name("update", key);
      if (this.capabilities.compareAndSwap === "none") throw this.#noConditions("update", key);
      let text = "";
      const apply = (stored: Stored): string | undefined => {
        text = this.#edited(key, stored, edit as (draft: unknown) => unknown);
        return text === stored.text ? undefined : text;
      };
      const attempt = (): Promise<boolean> => this.#complete.update(name, apply);
      const found = await attempt().catch(async (error: unknown) => {
        await this.#tornReadDelay(error);
        return attempt();
      });
      if (!found) throw this.#border.missing("update", key);
      return parseText(text) as T;
    });
  }

  list(prefix: Key): Promise<Key[]> {
    return this.#call("list", prefix, async () => {
      const range: Range = { prefix: this.#border.namePrefix("list", prefix), reverse: false };
      const keys: Key[] = [];
      for await (const names of this.driver.list(range)) {
        for (const name of names) {
          const key = keyOf(name);
          if (key !== undefined) keys.push(key);
        }
      }
      return keys;
    });
  }

  keys(prefix: Prefixes, options: RangeOptions = {}): AsyncGenerator<Key> {
    return this.#steps("list", this.#keys(prefix, options));
  }

  entries<T = unknown>(prefix: Prefixes, options: RangeOptions & CorruptOptions = {}): AsyncGenerator<Entry<T>> {
    return this.#steps("read", this.#entries<T>(prefix, options));
  }

  readMany<T = unknown>(keys: readonly Key[], options: CorruptOptions = {}): Promise<(T | undefined)[]> {
    return this.#call("read", undefined, async () => {
      const stored = await this.#complete.getMany(keys.map((key) => this.#border.name("read", key)));
      const values: (T | undefined)[] = [];
      for (const [index, one] of stored.entries()) {
        const found = one && (await this.#parsed("read", keys[index] as Key, one, options.onCorrupt));
        values.push(found?.value as T | undefined);
      }
      return values;
    });
  }

  batch(ops: readonly BatchOp[], options: { readonly atomic?: boolean } = {}): Promise<void> {
    return this.#call("write", undefined, async () => {
      this.#border.options("write", options, ["atomic"]);
      const atomic = options.atomic === true;
      if (atomic && this.capabilities.atomicBatch === "none") {
        throw this.#border.error("UNSUPPORTED", "write", undefined, "the backend has no atomic batches");
      }
      const last = new Map<string, DriverOp>();
      for (const op of ops) {
        const driverOp = this.#driverOp(op);
        last.set(driverOp.name, driverOp);
      }
      if (last.size > 0) await this.#complete.batch([...last.values()], atomic);
    });
  }

  removePrefix(prefix: Key): Promise<number> {
    return this.#call("remove", prefix, async () => {
      return this.#complete.removeRange(this.#border.namePrefix("remove", prefix));
    });
  }

  sync(): Promise<void> {
    return this.#call("sync", undefined, async () => this.driver.sync?.());
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    if (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    try {
      await this.driver.close?.();
    } catch (error) {
      throw this.#border.wrapped("close", undefined, error);
    }
  }

  /** Everything a caller starts goes through here: it is counted, refused after `close`, and fails with a storage error. */
  async #call<T>(verb: string, key: Key | undefined, body: () => Promise<T>): Promise<T> {
    this.#refuseIfClosed(verb, key);
    this.#pending++;
    try {
      return await body();
    } catch (error) {
      throw error instanceof EditFailure ? error.cause : this.#border.wrapped(verb, key, error);
    } finally {
      if (--this.#pending === 0) this.#idle?.();
    }
  }

  #refuseIfClosed(verb: string, key: Key | undefined): void {
    if (this.#closed !== undefined) throw this.#border.error("CLOSED", verb, key, "the store is closed");
  }

  /**
   * An iteration whose steps are calls, however many pages a step has to fetch: one that is under way at `close` is waited
   * for, and one that nobody goes on with does not hold up `close`.
   */
  async *#steps<Item>(verb: string, items: AsyncGenerator<Item>): AsyncGenerator<Item> {
    try {
      for (;;) {
        const next = await this.#call(verb, undefined, () => items.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await items.return(undefined);
    }
  }

  async *#keys(prefix: Prefixes, options: RangeOptions): AsyncGenerator<Key> {
    let left = options.limit ?? Infinity;
    for (const range of this.#border.ranges("list", prefix, options)) {
      if (left === 0) return;
      for await (const names of this.driver.list(range)) {
        for (const name of names) {
          const key = keyOf(name);
          if (key === undefined) continue;
          yield key;
          if (--left === 0) return;
        }
      }
    }
  }

  async *#entries<T>(prefix: Prefixes, options: RangeOptions & CorruptOptions): AsyncGenerator<Entry<T>> {
    const ranges = this.#border.ranges("read", prefix, options);
    let left = options.limit ?? Infinity;
    if (left === 0 || ranges.length === 0) return;
    for await (const page of this.#complete.scan(ranges)) {
      for (const { name, stored } of page) {
        const key = keyOf(name);
        if (key === undefined) continue;
        const found = this.#intact(key, stored) ?? (await this.#damaged(key, stored, options.onCorrupt));
        if (found === undefined) continue;
        yield entryOf<T>(key, found);
        if (--left === 0) return;
      }
    }
  }

  async #get(verb: string, key: Key): Promise<Parsed | undefined> {
    const stored = await this.driver.get(this.#border.name(verb, key));
    return stored && this.#parsed(verb, key, stored);
  }

  /** Parses what a sweep found; `undefined` where it is damaged. */
  #intact(key: Key, stored: Stored): Parsed | undefined {
    try {
      return { stored, value: this.#border.value("read", key, stored) };
    } catch {
      return undefined;
    }
  }

  /** What becomes of a damaged record in a sweep. A failure, also one of the caller's, names the record. */
  async #damaged(key: Key, stored: Stored, onCorrupt: CorruptOptions["onCorrupt"]): Promise<Parsed | undefined> {
    try {
      return await this.#parsed("read", key, stored, onCorrupt);
    } catch (error) {
      throw this.#border.wrapped("read", key, error);
    }
  }

  /**
   * Parses what was read. Where the backend may show a foreign writer in the middle of a write, a text that doesn't
   * parse is read once more. A corrupt record goes to `onCorrupt` and counts as missing, or is thrown.
   */
  async #parsed(
    verb: string,
    key: Key,
    stored: Stored,
    onCorrupt?: CorruptOptions["onCorrupt"],
  ): Promise<Parsed | undefined> {
    try {
      return { stored, value: this.#border.value(verb, key, stored) };
    } catch (error) {
      if (this.driver.tornReadDelayMs === undefined) return reported(error, onCorrupt);
    }
    await sleep(this.driver.tornReadDelayMs);
    const again = await this.driver.get(nameOf(key));
    try {
      return again && { stored: again, value: this.#border.value(verb, key, again) };
    } catch (error) {
      return reported(error, onCorrupt);
    }
  }

  /** Waits before a second look at a record that may have been torn; rethrows what a second look can't change. */
  async #tornReadDelay(error: unknown): Promise<void> {
    const delayMs = this.driver.tornReadDelayMs;
    if (delayMs === undefined || !isStorageError(error, "CORRUPT")) throw error;
    await sleep(delayMs);
  }

  /** The text of a record after an edit. */
  #edited(key: Key, stored: Stored, edit: (draft: unknown) => unknown): string {
    const draft = this.#border.value("update", key, stored);
    let result: unknown;
    try {
      result = edit(draft);
    } catch (error) {
      throw new EditFailure(error);
    }
    if (isThenable(result)) {
      // Nobody will wait for it, so its failure must not end the process.
      Promise.resolve(result).catch(() => {});
      throw this.#border.error("INVALID_VALUE", "update", key, "edit returned a promise, it must be synchronous");
    }
    return this.#border.text("update", key, result === undefined ? draft : result);
  }

  /**
   * A condition that is given is a version, or for a write `null`. One that is given as `undefined` is refused too: it is
   * the version of a record that was not there, and must not become an unconditional write.
   */
  #checkCondition(verb: string, key: Key, options: PutOptions | RemoveOptions): void {
    this.#border.options(verb, options, ["ifVersion"], key);
    if (!("ifVersion" in options)) return;
    const ifVersion: unknown = options.ifVersion;
    const mayBeNull = verb === "write";
    if (typeof ifVersion !== "string" && !(ifVersion === null && mayBeNull)) {
      const wanted = mayBeNull ? "a version, or null for a record that is absent" : "a version";
      throw this.#border.error("INVALID_VALUE", verb, key, `ifVersion is ${wanted}, got ${String(ifVersion)}`);
    }
    const { compareAndSwap, compareAndRemove } = this.capabilities;
    if ((verb === "remove" ? compareAndRemove : compareAndSwap) === "none") throw this.#noConditions(verb, key);
  }

  #noConditions(verb: string, key: Key): Error {
    const { compareAndSwap, compareAndRemove } = this.driver.refusals ?? {};
    const reason = verb === "remove" ? compareAndRemove : compareAndSwap;
    const detail = `the backend can't ${verb} on a condition${reason === undefined ? "" : `: ${reason}`}`;
    return this.#border.error("UNSUPPORTED", verb, key, detail);
  }

  #driverOp(op: BatchOp): DriverOp {
    this.#border.options("write", op, ["type", "key", "value"]);
    const { type, key } = op;
    if (type === "remove") return { type: "remove", name: this.#border.name("remove", key) };
    if (type === "write") {
      return { type: "put", name: this.#border.name("write", key), text: this.#border.text("write", key, op.value) };
    }
    throw this.#border.error(
      "INVALID_VALUE",
      "write",
      undefined,
      `an op is a "write" or a "remove", got ${String(type)}`,
    );
  }
}

/** A record as read, with its value. */
interface Parsed {
  readonly stored: Stored;
  readonly value: unknown;
}

/** The version is asked of the driver when somebody reads it: it may be a hash of the text, and a sweep has many records. */
function entryOf<T>(key: Key, { stored, value }: Parsed): Entry<T> {
  return {
    key,
    value: value as T,
    get version() {
      return stored.version;
    },
  };
}

/** Carries what an `edit` threw through the driver, so that it reaches the caller as it was. */
class EditFailure extends Error {
  constructor(cause: unknown) {
    super("edit threw", { cause });
  }
}

function reported(error: unknown, onCorrupt: CorruptOptions["onCorrupt"]): undefined {
  if (onCorrupt === undefined || !isStorageError(error, "CORRUPT")) throw error;
  onCorrupt(error);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
