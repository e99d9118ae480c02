import { isStorageError, type Key, sleep, type Storage } from "@stowage/core";
import type { Answer, Call, Recorded } from "./history.ts";
import type { Step } from "./workload.ts";

/** What a client performs, and where. Plain JSON: it travels to other processes. */
export interface Assignment {
  readonly client: number;
  /** How many clients there are, so that no two write the same number. */
  readonly clients: number;
  readonly keys: readonly Key[];
  /** Whether the records are only ever written together, and count as one. */
  readonly together?: true | undefined;
  /** How far the numbers lie apart that are written; 1 where absent. */
  readonly stride?: number | undefined;
  readonly steps: readonly Step[];
  /** The instant from which times count, as {@link clock} gave it. */
  readonly origin: string;
}

/**
 * Now, in nanoseconds, on the clock that never jumps. All processes of a machine share it (it counts from when the machine
 * started), so their histories can be laid beside each other.
 */
export function clock(): string {
  return String(nanoseconds());
}

function nanoseconds(): bigint {
  // Bun counts from the start of the process, whose time the wall clock knows.
  if (process.versions["bun"] !== undefined)
    return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
  return process.hrtime.bigint();
}

/** Performs the steps of a client one after the other, and resolves to what it called and what came back. */
export async function recordClient(storage: Storage, assignment: Assignment): Promise<readonly Recorded[]> {
  return new Client(storage, assignment).perform();
}

/** A call of a step and which record it is about; steps on several records have several. */
interface Asked {
  readonly key: number;
  readonly call: Call;
}

class Client {
  readonly #storage: Storage;
  readonly #assignment: Assignment;
  readonly #origin: bigint;
  readonly #recorded: Recorded[] = [];
  /** By record, the version that this client saw or made last. */
  readonly #versions = new Map<number, string>();
  #turn = 0;

  constructor(storage: Storage, assignment: Assignment) {
    this.#storage = storage;
    this.#assignment = assignment;
    this.#origin = BigInt(assignment.origin);
  }

  async perform(): Promise<readonly Recorded[]> {
    for (const step of this.#assignment.steps) {
      if (step.pauseMs > 0) await sleep(step.pauseMs);
      await this.#step(step);
    }
    return this.#recorded;
  }

  async #step({ type, key }: Step): Promise<void> {
    const storage = this.#storage;
    const at = this.#assignment.keys[key] as Key;
    const version = this.#versions.get(key);
    switch (type) {
      case "read":
        return this.#record([{ key, call: { type: "read" } }], async () => [found(await storage.get<number>(at))]);
      case "readMany":
        return this.#look("read", (keys) => this.#readMany(keys));
      case "entries":
        return this.#look("read", (keys) => this.#sweep(keys));
      case "list":
        return this.#look("list", (keys) => this.#list(keys));
      case "write": {
        const value = this.#nextValue();
        return this.#record([{ key, call: { type: "write", value } }], async () => {
          await storage.write(at, value);
          return [{ done: true }];
        });
      }
      case "remove":
        return this.#record([{ key, call: { type: "remove" } }], async () => {
          await storage.remove(at);
          return [{ done: true }];
        });
      case "create":
        return this.#put(key, null);
      case "swap":
        return this.#put(key, version ?? null);
      case "removeIf":
        if (version === undefined) return this.#step({ type: "read", key, pauseMs: 0 });
        return this.#record([{ key, call: { type: "removeIf", ifVersion: version } }], async () => {
          await storage.remove(at, { ifVersion: version });
          return [{ done: true }];
        });
      case "add":
        return this.#record([{ key, call: { type: "add" } }], async () => [
          { value: await storage.update<number>(at, (count) => count + 1) },
        ]);
      case "batch": {
        const value = this.#nextValue();
        const ops = this.#assignment.keys.map((one) => ({ type: "write" as const, key: one, value }));
        return this.#record([{ key, call: { type: "write", value } }], async () => {
          await storage.batch(ops, { atomic: true });
          return [{ done: true }];
        });
      }
      case "writeAll":
        return this.#writeAll();
      case "removeAll":
        return this.#changeAll(
          (): Call => ({ type: "remove" }),
          (keys) => storage.removePrefix(parentOf(keys)),
        );
    }
  }

  /** Looks at all records in one step, which says something about each. */
  #look(type: "read" | "list", body: (keys: readonly Key[]) => Promise<readonly Answer[]>): Promise<void> {
    const { keys } = this.#assignment;
    const asked = keys.map((_, key): Asked => ({ key, call: { type } }));
    return this.#record(asked, () => body(keys));
  }

  #writeAll(): Promise<void> {
    const values = this.#assignment.keys.map(() => this.#nextValue());
    return this.#changeAll(
      (key): Call => ({ type: "write", value: values[key] as number }),
      (keys) => this.#storage.batch(keys.map((one, key) => ({ type: "write", key: one, value: values[key] }))),
    );
  }

  /** Changes all records by one call, which takes effect on each of them at an instant of its own. */
  #changeAll(callOn: (key: number) => Call, body: (keys: readonly Key[]) => Promise<unknown>): Promise<void> {
    const { keys } = this.#assignment;
    const asked = keys.map((_, key): Asked => ({ key, call: callOn(key) }));
    return this.#record(asked, async () => {
      await body(keys);
      return keys.map(() => ({ done: true }));
    });
  }

  async #readMany(keys: readonly Key[]): Promise<readonly Answer[]> {
    const values = await this.#storage.readMany<number>(keys);
    return values.map((value) => ({ value: value ?? null }));
  }

  async #sweep(keys: readonly Key[]): Promise<readonly Answer[]> {
    const answers = new Map<string, Answer>();
    for await (const entry of this.#storage.entries<number>(parentOf(keys)))
      answers.set(nameIn(entry.key), found(entry));
    return keys.map((key) => answers.get(nameIn(key)) ?? { value: null });
  }

  async #list(keys: readonly Key[]): Promise<readonly Answer[]> {
    const listed = new Set((await this.#storage.list(parentOf(keys))).map(nameIn));
    return keys.map((key) => ({ listed: listed.has(nameIn(key)) }));
  }

  #put(key: number, ifVersion: string | null): Promise<void> {
    const value = this.#nextValue();
    return this.#record([{ key, call: { type: "put", value, ifVersion } }], async () => {
      const { version } = await this.#storage.put(this.#assignment.keys[key] as Key, value, { ifVersion });
      return [{ done: true, version }];
    });
  }

  /**
   * Makes a call and notes when it was made and what came back. What says nothing about the record is a failure. So are
   * CONFLICT of a call that has no condition and is no update, and NOT_FOUND of any call but an update: the others say in other
   * words that there is nothing, or have nothing to say.
   */
  async #record(asked: readonly Asked[], body: () => Promise<readonly Answer[]>): Promise<void> {
    const start = this.#now();
    let end: number | undefined;
    let answers: readonly Answer[] = [];
    try {
      answers = await body();
      end = this.#now();
    } catch (error) {
      const { call } = asked[0]!;
      const isAdd = call.type === "add";
      const mayConflict = isAdd || "ifVersion" in call;
      if (mayConflict && isStorageError(error, "CONFLICT") && error.currentVersion !== undefined) {
        answers = [{ conflict: error.currentVersion }];
        end = this.#now();
      } else if (isAdd && isStorageError(error, "NOT_FOUND")) {
        answers = [{ value: null }];
        end = this.#now();
      } else if (!(isStorageError(error, "UNAVAILABLE") && error.message.includes("may have been applied"))) {
        throw error;
      }
    }
    for (const [i, { key, call }] of asked.entries()) {
      const answer = answers[i];
      if (answer !== undefined) this.#remember(key, answer);
      const result = end === undefined || answer === undefined ? {} : { end, answer };
      const { client, together } = this.#assignment;
      this.#recorded.push({ client, key: together === true ? 0 : key, start, call, ...result });
    }
  }

  #remember(key: number, answer: Answer): void {
    if ("conflict" in answer || ("value" in answer && answer.value === null)) this.#versions.delete(key);
    else if ("version" in answer) this.#versions.set(key, answer.version);
  }

  #nextValue(): number {
    const { client, clients, stride = 1 } = this.#assignment;
    return (++this.#turn * clients + client) * stride;
  }

  #now(): number {
    return Number(nanoseconds() - this.#origin);
  }
}

function found(entry: { readonly value: number; readonly version: string } | undefined): Answer {
  return entry === undefined ? { value: null } : { value: entry.value, version: entry.version };
}

/** All records of a history lie side by side. */
function parentOf(keys: readonly Key[]): Key {
  return (keys[0] as Key).slice(0, -1);
}

function nameIn(key: Key): string {
  return key.at(-1) as string;
}
