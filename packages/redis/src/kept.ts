import { DriverError } from "@stowage/core";
import type { RedisArgument } from "./client.ts";
import { maybeApplied, messageOf } from "./codes.ts";
import { storeKey } from "./layout.ts";
import type { Answer, Link, Method, Reply } from "./link.ts";
import type { Script } from "./scripts.ts";
import { ensureStore, fieldOf, findStore, type StoreIdentity, writeMarker } from "./store.ts";

/**
 * A store that is open. A server that restarts empty, or that somebody empties, loses the hash that says how the store is laid
 * out, too. Records without it would be refused by whoever opens the store next, and another process may make the store anew
 * and differently. So the hash is looked for after each lost connection, and after each write that made an index, as the first
 * writes to an emptied server do. Writes make it again where it is gone; reads change nothing.
 */
export class KeptStore {
  readonly #link: Link;
  readonly #prefix: string;
  readonly #identity: StoreIdentity;
  /** How many connections had been lost when the hash was last looked for; `undefined` when it was not as it should be. */
  #seenAt: number | undefined;

  /** @param seenAt - The link's `losses` before the store was found. */
  constructor(link: Link, prefix: string, identity: StoreIdentity, seenAt: number) {
    this.#link = link;
    this.#prefix = prefix;
    this.#identity = identity;
    this.#seenAt = seenAt;
  }

  /** As {@link Link.readBy}. @throws DriverError UNAVAILABLE when the store was made anew with another number of shards. */
  async readBy<Name extends Method>(name: Name, ...args: readonly unknown[]): Promise<Reply<Name>> {
    if (this.#isDoubtful) await this.#look(false);
    return this.#link.readBy(name, ...args);
  }

  /** As {@link Link.write}, for a script whose reply begins with whether it made an index; throws as {@link readBy}. */
  async write(script: Script, keys: readonly string[], args: readonly RedisArgument[]): Promise<Answer> {
    if (this.#isDoubtful) await this.#look(true);
    const { reply, isRepeated } = await this.#link.write(script, keys, args);
    const [isNew, ...rest] = reply as readonly unknown[];
    if (Number(isNew) === 1) await this.#look(true).catch((error: unknown) => this.#doubt(error));
    return { reply: rest, isRepeated };
  }

  async getMarker(name: string): Promise<string | undefined> {
    const text = await this.readBy("call", "hget", [storeKey(this.#prefix), fieldOf(name)]);
    return text === null ? undefined : String(text);
  }

  async putMarker(name: string, text: string): Promise<void> {
    const { losses } = this.#link;
    const found = await writeMarker(this.#link, this.#prefix, this.#identity, name, text);
    try {
      this.#settle(found, losses);
    } catch (error) {
      this.#doubt(error);
    }
  }

  get #isDoubtful(): boolean {
    return this.#seenAt !== this.#link.losses;
  }

  async #look(isWrite: boolean): Promise<void> {
    const { losses } = this.#link;
    const found = isWrite
      ? await ensureStore(this.#link, this.#prefix, this.#identity)
      : await findStore(this.#link, this.#prefix);
    // A store that is gone reads as an empty one.
    if (found !== undefined) this.#settle(found, losses);
  }

  #settle({ shards }: StoreIdentity, losses: number): void {
    const { shards: expected } = this.#identity;
    this.#seenAt = shards === expected ? losses : undefined;
    if (shards === expected) return;
    const detail = `the store was made anew by another process, and its number of shards is ${shards}, not ${expected}`;
    throw new DriverError("UNAVAILABLE", `${detail}: open it again`, { retryable: false });
  }

  /** What was written may lie where nobody looks for it: the next call looks for the hash first. */
  #doubt(error: unknown): never {
    this.#seenAt = undefined;
    const message = messageOf(error);
    const detail = message.includes("may have been applied") ? message : `${message}; ${maybeApplied}`;
    const { retryable = true } = error instanceof DriverError ? error : {};
    throw new DriverError("UNAVAILABLE", detail, { cause: error, retryable });
  }
}
