import { DriverError, Gate, now, retry } from "@stowage/core";
import { requestsMax } from "./client.ts";
import {
  failureOf,
  finalError,
  isTransient,
  isUnreached,
  maybeApplied,
  mayBeApplied,
  S3Failure,
  timeoutOf,
} from "./codes.ts";
import type { S3Sender } from "./sender.ts";

/** The longest wait between two attempts: what SlowDown asks for. */
const delayMsMax = 1000;
/** What a connection must carry at least, for a large text is no reason to give up. */
const bytesPerMs = 1000;

export interface RepeatOptions {
  /** Whether what is asked for changes anything: then an answer that was lost leaves it uncertain. Default false. */
  readonly isWrite?: boolean;
  /** Whether a server that isn't there ends it at once. Default false. */
  readonly failsFast?: boolean;
}

export interface RequestsSettings {
  readonly client: S3Sender;
  /** The client, if it is ours to end. */
  readonly own: { destroy(): void } | undefined;
  readonly host: string;
  readonly timeoutMs: number;
}

/** Sends requests: so many at once, each within its time, and repeated where that is safe. */
export class Requests {
  /** Where the server is, for messages. */
  readonly host: string;
  readonly #client: S3Sender;
  readonly #own: RequestsSettings["own"];
  readonly #timeoutMs: number;
  readonly #gate = new Gate(requestsMax);
  #software: string | undefined;
  /** When the server answered last, on the clock of `now`. */
  #answeredMs = -Infinity;

  constructor({ client, own, host, timeoutMs }: RequestsSettings) {
    this.host = host;
    this.#client = client;
    this.#own = own;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Does a piece of work that consists of requests, again and again while what goes wrong may pass. `work` is told whether an
   * earlier turn may have changed something without us hearing of it, and may say so itself.
   *
   * @throws S3Failure that lasts. DriverError UNAVAILABLE with what was waited, or where it can't be told what was changed.
   */
  async repeat<T>(work: (turn: Turn) => Promise<T>, options: RepeatOptions = {}): Promise<T> {
    const { isWrite = false, failsFast = false } = options;
    const comeMs = now();
    return this.#gate.run(async () => {
      this.#refuseLate(comeMs);
      // From here on: who waits in line while the others get their answers has not begun yet.
      const turn: Turn = { isUncertain: false, endMs: now() + this.#timeoutMs };
      try {
        return await retry(
          async () => {
            try {
              return await work(turn);
            } catch (error) {
              if (isWrite && mayBeApplied(error)) turn.isUncertain = true;
              throw error;
            }
          },
          {
            isTransient: (error) => isTransient(error) && !(failsFast && isUnreached(error)),
            timeoutMs: this.#timeoutMs,
            delayMsMax,
            code: "UNAVAILABLE",
            describe: (error) => (error as S3Failure).message + (turn.isUncertain ? `; ${maybeApplied}` : ""),
          },
        );
      } catch (error) {
        throw finalError(error, turn.isUncertain);
      }
    });
  }

  /**
   * Sends one request, once.
   *
   * @param bytes - how much it carries there or back, as far as that is known before.
   * @param read - takes what comes after the head of the answer.
   * @throws S3Failure
   */
  async send<Output, T = Output>(
    command: Command,
    turn: Turn,
    {
      bytes = 0,
      read,
    }: { readonly bytes?: number; readonly read?: (output: Output, allow: (bytes: number) => void) => Promise<T> } = {},
  ): Promise<T> {
    const controller = new AbortController();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const expire = (): void => {
      reject(timeoutOf(this.host));
      controller.abort();
    };
    // Half the time at most, so that one connection that went dead unnoticed doesn't take all of it; and a quarter at
    // least, so that the last attempt is one.
    const ms = Math.min(this.#timeoutMs / 2, Math.max(this.#timeoutMs / 4, turn.endMs - now()));
    let timer = setTimeout(expire, ms + bytes / bytesPerMs);
    const allow = (more: number): void => {
      clearTimeout(timer);
      if (controller.signal.aborted) return;
      timer = setTimeout(expire, ms + more / bytesPerMs);
    };
    if (this.#software === undefined) command.middlewareStack.add(this.#learn as never, { step: "deserialize" });
    const work = async (): Promise<T> => {
      // The cast: the commands are made by our own copy of the SDK, and the client may be of another one.
      const output = (await this.#client.send(command as never, { abortSignal: controller.signal })) as Output;
      return read === undefined ? (output as unknown as T) : read(output, allow);
    };
    try {
      // A client that was handed in may not heed the signal.
      const result = await Promise.race([work(), late]);
      this.#answeredMs = now();
      return result;
    } catch (error) {
      const failure = failureOf(error, this.host);
      if (failure.status !== undefined) this.#answeredMs = now();
      throw failure;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whoever stood in line for as long as a call may take, without a sign of the server, has tried as well. */
  #refuseLate(comeMs: number): void {
    const waited = Math.round(now() - comeMs);
    if (waited < this.#timeoutMs || this.#answeredMs >= comeMs) return;
    const cause = timeoutOf(this.host);
    throw new DriverError("UNAVAILABLE", `${cause.message}, waited ${waited} ms`, { cause });
  }

  /** The server as it calls itself, and where it is. */
  get server(): string {
    return this.#software === undefined || this.#software === "" ? this.host : `${this.host} (${this.#software})`;
  }

  close(): void {
    this.#own?.destroy();
  }

  readonly #learn = (next: Handler): Handler => {
    return async (args) => {
      const result = await next(args);
      // What a server says of itself comes into messages: the name and the version, and nothing else.
      this.#software = /^[\w.-]+(?:\/[\w.-]+)?/.exec(result.response?.headers?.["server"] ?? "")?.[0] ?? "";
      return result;
    };
  };
}

type Handler = (args: unknown) => Promise<{
  readonly response?: { readonly headers?: Readonly<Record<string, string>> };
}>;

/** What is asked of a command of the SDK, beyond being sent. */
interface Command {
  readonly middlewareStack: {
    add(middleware: never, options: { readonly step: "deserialize" }): void;
  };
}

/** What the turns of one piece of work have in common. */
export interface Turn {
  /** Whether a write may have been carried out without us hearing of it. */
  isUncertain: boolean;
  /** When the time is up, on the clock of `now`. */
  readonly endMs: number;
}
