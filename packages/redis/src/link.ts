import { DriverError, now, retry } from "@stowage/core";
import { type Losses, lossesOf, type RedisArgument, type RedisClient } from "./client.ts";
import { isRefusal, isTransient, maybeApplied, mayBeApplied, RedisError, redisErrorOf } from "./codes.ts";
import { Replicated } from "./replicated.ts";
import type { Script } from "./scripts.ts";

/** A client, and what only those who made it know of it. */
export interface Connection {
  readonly client: RedisClient;
  /** The last error of the connection, for messages. */
  lastError?(): string | undefined;
  /** Brings a client back that has given up. */
  revive?(): void;
  /** Absent for a client that was handed in. */
  close?(): Promise<void>;
}

export type Method = "call" | "getBuffer" | "mgetBuffer" | "zrangeBuffer";
export type Reply<Name extends Method> = Awaited<ReturnType<RedisClient[Name]>>;
/** A method of the client and what it is given. */
export type Command = readonly [method: Method, ...args: readonly unknown[]];

/** What a write came to. */
export interface Answer {
  readonly reply: unknown;
  /** Whether an earlier attempt may have been applied: then this answer is that of a repetition. */
  readonly isRepeated: boolean;
}

/** The longest wait between two attempts: a failover takes seconds. */
const delayMsMax = 250;
/** What an attempt is given at least, however little is left of the time. */
const attemptMsMin = 250;

/**
 * Sends commands, again where the server could not carry them out or the connection was lost, for as long as a call may
 * take. Reads and scripts may be sent any number of times: a script finds out what an earlier attempt did.
 */
export class Link {
  readonly timeoutMs: number;
  readonly #connection: Connection;
  readonly #replicated: Replicated | undefined;
  readonly #losses: Readonly<Losses>;
  #isClosed = false;

  constructor(connection: Connection, timeoutMs: number, replicas: number) {
    this.timeoutMs = timeoutMs;
    this.#losses = lossesOf(connection.client);
    this.#connection = connection;
    if (replicas > 0) this.#replicated = new Replicated(connection.client, replicas, timeoutMs);
  }

  get client(): RedisClient {
    return this.#connection.client;
  }

  /** How many connections the client has lost. */
  get losses(): number {
    return this.#losses.count;
  }

  /** Sends a command that changes nothing, for a reply of texts. */
  read(name: string, ...args: readonly RedisArgument[]): Promise<unknown> {
    return this.readBy("call", name, args);
  }

  /** The same by one of the client's methods. */
  async readBy<Name extends Method>(name: Name, ...args: readonly unknown[]): Promise<Reply<Name>> {
    const { value } = await this.#run((attempt) => this.#send([name, ...args], attempt), false);
    return value as Reply<Name>;
  }

  /** Does something that changes nothing by other means. */
  async ask<T>(body: () => Promise<T>): Promise<T> {
    return (await this.#run(body, false)).value;
  }

  /** Runs a script, all of whose keys are in one slot. */
  async write(script: Script, keys: readonly string[], args: readonly RedisArgument[]): Promise<Answer> {
    const rest = [keys.length, ...keys, ...args];
    const run = async (attempt: number): Promise<unknown> => {
      try {
        return await this.#write(keys[0] as string, ["call", "evalsha", [script.sha, ...rest]], attempt);
      } catch (error) {
        if (redisErrorOf(error).kind !== "NOSCRIPT") throw error;
        return this.#write(keys[0] as string, ["call", "eval", [script.lua, ...rest]], attempt);
      }
    };
    const { value, isRepeated } = await this.#run(run, true);
    return { reply: value, isRepeated };
  }

  /** Ends calls that are under way at their next attempt. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connection.close?.();
  }

  #write(key: string, command: Command, attempt: number): Promise<unknown> {
    return this.#replicated?.send(key, command, attempt) ?? this.#send(command, attempt);
  }

  async #send([name, ...args]: Command, attempt: number): Promise<unknown> {
    const { client } = this;
    // The cast: each method takes what it is given here, which the compiler can't follow.
    if (attempt === 0 || !client.isCluster) return (client[name] as (...args: readonly unknown[]) => unknown)(...args);
    // Together with other commands ioredis does not always follow a redirection; alone it does.
    const [[error, result] = [null, undefined]] = (await client.pipeline([[name, ...args]]).exec()) ?? [];
    if (error) throw error;
    return result;
  }

  async #run<T>(
    send: (attempt: number) => Promise<T>,
    isWrite: boolean,
  ): Promise<{ readonly value: T; readonly isRepeated: boolean }> {
    const start = now();
    let isUncertain = false;
    const doubt = (): string => (isUncertain ? `; ${maybeApplied}` : "");
    const attempt = async (failed: number): Promise<{ readonly value: T; readonly isRepeated: boolean }> => {
      if (this.#isClosed) throw new DriverError("CLOSED", `the store is closed${doubt()}`);
      const isRepeated = isUncertain;
      const { losses } = this;
      try {
        this.#connection.revive?.();
        const value = await inTime(send(failed), this.timeoutMs - (now() - start));
        // A client that was handed in may have sent it again by itself.
        return { value, isRepeated: isRepeated || losses !== this.losses };
      } catch (raw) {
        if (raw instanceof DriverError) throw raw;
        const error = redisErrorOf(raw, this.#connection.lastError?.());
        isUncertain ||= isWrite && mayBeApplied(error);
        throw this.#final(error, doubt()) ?? error;
      }
    };
    return retry(attempt, {
      isTransient,
      timeoutMs: this.timeoutMs,
      delayMsMax,
      code: "UNAVAILABLE",
      describe: (error) => `${(error as Error).message}${doubt()}`,
    });
  }

  /** What no other attempt will change, where its code or its text alone would not say it all. */
  #final(error: RedisError, doubt: string): DriverError | undefined {
    if (isRefusal(error)) {
      const detail = `the server refuses us: ${error.message}${doubt}`;
      return new DriverError("UNAVAILABLE", detail, { cause: error, retryable: false });
    }
    if (error.kind === "LOST" && this.#connection.close === undefined && this.client.status === "end") {
      return new DriverError("CLOSED", `the client that was handed in is closed${doubt}`, { cause: error });
    }
    if (doubt !== "" && !isTransient(error)) {
      return new DriverError("UNAVAILABLE", `${error.message}${doubt}`, { cause: error });
    }
    return undefined;
  }
}

/** What a promise comes to, or an error when it takes too long: a client may wait for a server for ever. */
function inTime<T>(promise: Promise<T>, leftMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new RedisError("LOST", "the server does not answer"));
    const timer = setTimeout(late, Math.max(leftMs, attemptMsMin));
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
