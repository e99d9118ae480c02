import { isUtf8 } from "node:buffer";
import {
  type Capabilities,
  declareCapabilities,
  type Driver,
  type DriverOp,
  type Found,
  type Outcome,
  type Range,
  type Stored,
  type StorageErrorCode,
} from "@stowage/core";
import { codeOf } from "./codes.ts";
import type { Connection } from "./connection.ts";
import { syncCommits, transaction } from "./database.ts";
import { Pace } from "./pace.ts";
import { boundsOf, rangeBehind } from "./range.ts";
import { scanPage } from "./scan.ts";
import type { Statements } from "./statements.ts";
import { storedBytes, storedOf, written } from "./stored.ts";
import { Writer } from "./writer.ts";

export interface DriverSettings {
  readonly location?: string;
  readonly durability: Capabilities["durability"];
  readonly busyTimeoutMs: number;
}

/** So much is one piece of work; other events of the process have their turn between two. */
const namesPerPage = 1000;
const namesPerRead = 256;
/** A batch that need not be atomic lets other writers in between, after so many ops or UTF-16 units of text. */
const opsPerTransaction = 512;
const batchLengthMax = 4_000_000;
/** What stands for bytes that are not UTF-8. A text may hold it rightfully too. */
const replacement = "\uFFFD";

/** SQLite's own calls are synchronous; each method makes few of them, and none holds a transaction across an await. */
export class SqliteDriver implements Driver {
  readonly name = "sqlite";
  readonly capabilities: Capabilities;
  readonly location?: string;
  readonly #connection: Connection;
  readonly #pace = new Pace();
  readonly #writer: Writer;

  constructor(connection: Connection, settings: DriverSettings) {
    this.capabilities = declareCapabilities({
      compareAndSwap: "store",
      atomicBatch: "store",
      durability: settings.durability,
    });
    if (settings.location !== undefined) this.location = settings.location;
    this.#connection = connection;
    this.#writer = new Writer(connection, this.#pace, settings.busyTimeoutMs);
  }

  get(name: string): Promise<Stored | undefined> {
    return this.#read(() => this.#stored(name));
  }

  async getMany(names: readonly string[]): Promise<readonly (Stored | undefined)[]> {
    const found: (Stored | undefined)[] = [];
    for (let i = 0; i < names.length; i += namesPerRead) {
      const some = names.slice(i, i + namesPerRead);
      found.push(...(await this.#readTogether(() => some.map((name) => this.#stored(name)))));
    }
    return found;
  }

  put(name: string, text: string, ifVersion?: string | null): Promise<Outcome> {
    return this.#writer.run(() => {
      const refused = this.#refused(name, ifVersion);
      if (refused !== undefined) return refused;
      this.#sql.put.run(name, text);
      return written(text);
    });
  }

  remove(name: string, ifVersion?: string): Promise<Outcome> {
    return this.#writer.run(() => {
      const refused = this.#refused(name, ifVersion);
      if (refused !== undefined) return refused;
      this.#sql.remove.run(name);
      return { done: true, version: null };
    });
  }

  update(name: string, edit: (stored: Stored) => string | undefined): Promise<boolean> {
    // Alone, since an edit that throws undoes its transaction.
    return this.#writer.run(() => {
      const stored = this.#stored(name);
      if (stored === undefined) return false;
      const text = edit(stored);
      if (text !== undefined) this.#sql.replace.run(text, name);
      return true;
    }, true);
  }

  async *list(range: Range): AsyncGenerator<readonly string[]> {
    const pageSize = Math.min(range.limit ?? namesPerPage, namesPerPage);
    for (let rest = range; ;) {
      // Each page is a new statement, which starts from a name: an open one would keep the log from being reset.
      const rows = await this.#read(() => {
        const statement = range.reverse ? this.#sql.namesBackward : this.#sql.names;
        return statement.all(...boundsOf(rest), pageSize) as { readonly name: string }[];
      });
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(({ name }) => name);
      if (rows.length < pageSize) return;
      rest = rangeBehind(range, last.name);
    }
  }

  async *scan(ranges: readonly Range[]): AsyncGenerator<readonly Found[]> {
    for (let rest = ranges; rest.length > 0;) {
      const { found, rest: left } = await this.#readTogether(() => {
        const page = scanPage(this.#sql, rest);
        return { ...page, found: page.rows.map(({ name, text }) => ({ name, stored: this.#decoded(name, text) })) };
      });
      if (found.length > 0) yield found;
      rest = left;
    }
  }

  async batch(ops: readonly DriverOp[], atomic: boolean): Promise<void> {
    for (const some of atomic ? [ops] : transactionsOf(ops)) {
      await this.#writer.run(() => {
        for (const op of some) {
          if (op.type === "put") this.#sql.put.run(op.name, op.text);
          else this.#sql.remove.run(op.name);
        }
      }, true);
    }
  }

  removeRange(prefix: string): Promise<number> {
    return this.#writer.run(() => {
      // The clients count changes under different names and types; SQLite itself counts them for all.
      this.#sql.removeRange.run(...boundsOf({ prefix, reverse: false }));
      return Number((this.#sql.changes.get() as { readonly changes: number | bigint }).changes);
    }, true);
  }

  getMarker(name: string): Promise<string | undefined> {
    return this.#read(() => (this.#sql.marker.get(name) as { readonly text: string } | null | undefined)?.text);
  }

  async putMarker(name: string, text: string): Promise<void> {
    await this.#writer.run(() => this.#sql.putMarker.run(name, text));
  }

  async sync(): Promise<void> {
    await this.#writer.settled();
    await this.#connection.run(() => syncCommits(this.#connection.database));
  }

  async close(): Promise<void> {
    await this.#writer.settled();
    this.#connection.close();
  }

  codeOf(error: unknown): StorageErrorCode | undefined {
    return codeOf(error);
  }

  get #sql(): Statements {
    return this.#connection.sql;
  }

  async #read<T>(body: () => T): Promise<T> {
    // Called from within an edit: its transaction ends with the stack that it runs on.
    if (this.#writer.isRunning) await undefined;
    this.#writer.flush();
    const result = await this.#connection.run(body);
    // After the read, so that it takes place in the order of the calls.
    if (this.#pace.isOver) await this.#pace.next();
    return result;
  }

  /** For several statements: in one transaction, each costs a quarter of what it costs by itself. */
  #readTogether<T>(body: () => T): Promise<T> {
    return this.#read(() => transaction(this.#connection.database, "BEGIN", body));
  }

  #stored(name: string): Stored | undefined {
    const row = this.#sql.text.get(name) as { readonly text: string } | null | undefined;
    return row === null || row === undefined ? undefined : this.#decoded(name, row.text);
  }

  #decoded(name: string, text: string): Stored {
    if (!text.includes(replacement)) return storedOf(text);
    const row = this.#sql.bytes.get(name) as { readonly bytes: Uint8Array } | null | undefined;
    return row === null || row === undefined || isUtf8(row.bytes) ? storedOf(text) : storedBytes(text, row.bytes);
  }

  /** What a condition that does not hold ends with. */
  #refused(name: string, ifVersion: string | null | undefined): Outcome | undefined {
    if (ifVersion === undefined) return undefined;
    const version = this.#stored(name)?.version ?? null;
    return version === ifVersion ? undefined : { done: false, version };
  }
}

/** The ops of a batch by transactions, for a batch that need not be atomic. */
function* transactionsOf(ops: readonly DriverOp[]): Generator<readonly DriverOp[]> {
  let some: DriverOp[] = [];
  let length = 0;
  for (const op of ops) {
    some.push(op);
    length += op.type === "put" ? op.text.length : 0;
    if (some.length < opsPerTransaction && length < batchLengthMax) continue;
    yield some;
    some = [];
    length = 0;
  }
  if (some.length > 0) yield some;
}
