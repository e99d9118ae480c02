import { randomBytes } from "node:crypto";
import {
  type Capabilities,
  declareCapabilities,
  type Driver,
  DriverError,
  type DriverOp,
  type Foreign,
  keyLimits,
  keyOf,
  type Outcome,
  parallel,
  type Range,
  type Refusals,
  type Stored,
  type StorageErrorCode,
  utf8Bytes,
} from "@stowage/core";
import type { Condition, Folder, Page, PageRequest } from "./folder.ts";
import { codeOf, isConflict, isRefusal, maybeApplied, unsettled } from "./codes.ts";
import type { Conditions } from "./conditions.ts";
import { foreignAmong } from "./foreign.ts";
import { listNames } from "./listing.ts";
import { keyBytesMax } from "./options.ts";
import type { Requests, Turn } from "./requests.ts";
import { isVersion } from "./version.ts";

export interface DriverSettings {
  /** Absent where a client does not tell where its server is. */
  readonly location: string | undefined;
  readonly prefix: string;
  /** Absent for a store that is opened for reading only: it needs none. */
  readonly conditions: Conditions | undefined;
  readonly lastWriterWins: boolean;
}

/** How many requests one call has under way at once. */
const parallelRequests = 32;
/** S3 takes no more in one request. */
const removesMax = 1000;

export class S3Driver implements Driver {
  readonly name = "s3";
  readonly capabilities: Capabilities;
  readonly location?: string;
  readonly notices: readonly string[];
  readonly refusals: Refusals;
  readonly #requests: Requests;
  readonly #folder: Folder;
  readonly #spelling: Condition["spelling"];
  /** Whether the server takes many removes in one request; found out by the first that it refuses. */
  #removesMany = true;

  constructor(requests: Requests, folder: Folder, settings: DriverSettings) {
    const { location, prefix, conditions, lastWriterWins } = settings;
    const { putProblem, removeProblem } = conditions ?? {};
    const otherwise = lastWriterWins ? "process" : "none";
    if (location !== undefined) this.location = location;
    this.capabilities = declareCapabilities({
      compareAndSwap: putProblem === undefined ? "store" : otherwise,
      compareAndRemove: removeProblem === undefined ? "store" : otherwise,
      durability: "server",
      limits: { nameBytes: Math.min(keyLimits.nameBytes, keyBytesMax - utf8Bytes(prefix)) },
    });
    this.notices = noticesOf(conditions, lastWriterWins);
    this.refusals = {
      ...(putProblem !== undefined && { compareAndSwap: refusalOf(putProblem) }),
      ...(removeProblem !== undefined && { compareAndRemove: refusalOf(removeProblem) }),
    };
    this.#requests = requests;
    this.#folder = folder;
    this.#spelling = conditions?.spelling ?? "quoted";
  }

  get(name: string): Promise<Stored | undefined> {
    return this.#requests.repeat((turn) => this.#folder.get(name, turn));
  }

  async getMany(names: readonly string[]): Promise<readonly (Stored | undefined)[]> {
    return parallel(names, parallelRequests, (name) => this.get(name));
  }

  put(name: string, text: string, ifVersion?: string | null): Promise<Outcome> {
    const folder = this.#folder;
    if (ifVersion === undefined) {
      return this.#write(async (turn) => ({ done: true, version: await folder.put(name, text, turn) }));
    }
    // The same id in each turn: what is found there with it was written by this call.
    const on = { version: ifVersion, spelling: this.#spelling, writeId: randomBytes(12).toString("base64url") };
    return this.#write((turn) => this.#conditional(name, turn, on, () => folder.put(name, text, turn, on)));
  }

  remove(name: string, ifVersion?: string): Promise<Outcome> {
    const folder = this.#folder;
    const on = ifVersion === undefined ? undefined : { version: ifVersion, spelling: this.#spelling };
    return this.#write(async (turn) => {
      const request = async (): Promise<null> => {
        await folder.remove(name, turn, on);
        return null;
      };
      return on === undefined ? { done: true, version: await request() } : this.#conditional(name, turn, on, request);
    });
  }

  async *list(range: Range): AsyncGenerator<readonly string[]> {
    for await (const names of this.#names(range)) {
      // Markers lie among the records here.
      const records = names.filter((name) => name.endsWith(".json"));
      if (records.length > 0) yield records;
    }
  }

  async batch(ops: readonly DriverOp[]): Promise<void> {
    const puts = ops.filter((op) => op.type === "put");
    const removes = ops.filter((op) => op.type === "remove").map(({ name }) => name);
    await parallel(puts, parallelRequests, ({ name, text }) => this.put(name, text));
    await this.#removeAll(removes);
  }

  async removeRange(prefix: string): Promise<number> {
    let count = 0;
    for await (const page of this.list({ prefix, reverse: false })) {
      const names = page.filter((name) => keyOf(name) !== undefined);
      await this.#removeAll(names);
      count += names.length;
    }
    return count;
  }

  async *foreign(): AsyncGenerator<Foreign> {
    for await (const names of this.#names({ prefix: "", reverse: false })) yield* foreignAmong(names);
  }

  async getMarker(name: string): Promise<string | undefined> {
    return (await this.get(name))?.text;
  }

  async putMarker(name: string, text: string): Promise<void> {
    await this.put(name, text);
  }

  async close(): Promise<void> {
    this.#requests.close();
  }

  codeOf(error: unknown): StorageErrorCode | undefined {
    return codeOf(error);
  }

  #names(range: Range): AsyncIterable<readonly string[]> {
    const ask = (page: PageRequest): Promise<Page> => this.#requests.repeat((turn) => this.#folder.page(page, turn));
    return listNames(range, ask, this.#requests.host);
  }

  #write<T>(work: (turn: Turn) => Promise<T>): Promise<T> {
    return this.#requests.repeat(work, { isWrite: true });
  }

  /** A conditional write or remove: `request` sends it once and resolves to the version that is there then. */
  async #conditional(
    name: string,
    turn: Turn,
    on: Condition & { readonly writeId?: string },
    request: () => Promise<string | null>,
  ): Promise<Outcome> {
    if (on.version === null || isVersion(on.version, on.spelling)) {
      try {
        return { done: true, version: await request() };
      } catch (error) {
        if (!isConflict(error)) throw error;
        if (error.attempts > 1) turn.isUncertain = true;
      }
    }
    const { host } = this.#requests;
    const now = await this.#folder.head(name, turn);
    const version = now?.version ?? null;
    // Refused because an earlier attempt of this very write was carried out and its answer was lost.
    if (now?.writeId !== undefined && now.writeId === on.writeId) return { done: true, version };
    if (version === on.version) throw unsettled(host);
    // It was carried out, and then another writer came; or the other one came first. Nobody can tell.
    if (turn.isUncertain) throw new DriverError("UNAVAILABLE", `the server at ${host} lost an answer; ${maybeApplied}`);
    return { done: false, version };
  }

  async #removeAll(names: readonly string[]): Promise<void> {
    const single = names.filter((name) => !this.#removesMany || holdsNonXml(name));
    const many = this.#removesMany ? names.filter((name) => !holdsNonXml(name)) : [];
    for (let i = 0; i < many.length; i += removesMax) await this.#removeMany(many.slice(i, i + removesMax));
    await parallel(single, parallelRequests, (name) => this.remove(name));
  }

  async #removeMany(names: readonly string[]): Promise<void> {
    let left = names;
    if (this.#removesMany) {
      try {
        left = await this.#write((turn) => this.#folder.removeMany(names, turn));
      } catch (error) {
        // Servers that want a digest of the request, or that don't know it at all.
        if (!isRefusal(error)) throw error;
        this.#removesMany = false;
      }
    }
    await parallel(left, parallelRequests, (name) => this.remove(name));
  }
}

/** Whether a name holds one of the two characters that a key may hold and XML, in which many removes travel, may not. */
function holdsNonXml(name: string): boolean {
  return /[\uFFFE\uFFFF]/.test(name);
}

function refusalOf(problem: string): string {
  return `${problem}; the option "lastWriterWins" allows it among the stores over one driver`;
}

function noticesOf(conditions: Conditions | undefined, lastWriterWins: boolean): string[] {
  const { putProblem, removeProblem } = conditions ?? {};
  const [problem, what] =
    putProblem === undefined ? [removeProblem, "conditional removes"] : [putProblem, "updates and conditions"];
  if (problem === undefined) return [];
  const effect = lastWriterWins ? `hold in this process only, and another one may be overwritten` : "are refused";
  return [`${problem}, so ${what} ${effect}`];
}
