import { DriverError } from "@stowage/core";
import type { RedisClient } from "./client.ts";
import type { Command } from "./link.ts";

interface Job {
  readonly command: Command;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends writes, and waits until so many replicas have them, which holds up whatever comes behind it on the connection. So
 * writes share the waiting: those of one turn of the event loop, and those that are called while others wait. In a Cluster only
 * writes to one slot can.
 */
export class Replicated {
  readonly #client: RedisClient;
  readonly #replicas: number;
  readonly #waitMs: number;
  readonly #groups = new Map<string, Job[]>();

  constructor(client: RedisClient, replicas: number, timeoutMs: number) {
    this.#client = client;
    this.#replicas = replicas;
    this.#waitMs = Math.max(1, Math.floor(timeoutMs / 4));
  }

  async send(key: string, command: Command, attempt: number): Promise<unknown> {
    // ioredis follows no redirection of a pipeline whose commands fare differently. A command alone lets it learn the new
    // place.
    if (attempt > 0 && this.#client.isCluster) await this.#client.pipeline([["exists", key]]).exec();
    const group = this.#client.isCluster ? slotTag(key) : "";
    return new Promise((resolve, reject) => {
      const job: Job = { command, resolve, reject };
      const jobs = this.#groups.get(group);
      if (jobs !== undefined) {
        jobs.push(job);
        return;
      }
      this.#groups.set(group, [job]);
      setImmediate(() => void this.#sendGroups(group));
    });
  }

  /** Sends what was called, and then what was called meanwhile, until nothing was. */
  async #sendGroups(group: string): Promise<void> {
    for (let jobs = this.#groups.get(group) ?? []; jobs.length > 0; jobs = this.#groups.get(group) ?? []) {
      this.#groups.set(group, []);
      await this.#sendGroup(jobs);
    }
    this.#groups.delete(group);
  }

  async #sendGroup(jobs: readonly Job[]): Promise<void> {
    try {
      const wait = ["call", "wait", this.#replicas, this.#waitMs];
      const results = (await this.#client.pipeline([...jobs.map(({ command }) => [...command]), wait]).exec()) ?? [];
      const [waitError, confirmed] = results.at(-1) ?? [];
      for (const [index, { resolve, reject }] of jobs.entries()) {
        const [error, result] = results[index] ?? [];
        if (error) reject(error);
        else if (waitError) reject(waitError);
        else if (Number(confirmed) < this.#replicas) reject(this.#unconfirmed(Number(confirmed)));
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of jobs) reject(error);
    }
  }

  #unconfirmed(confirmed: number): DriverError {
    const detail = `${confirmed} of ${this.#replicas} replicas confirmed the write within ${this.#waitMs} ms, it may have been applied`;
    return new DriverError("UNAVAILABLE", detail);
  }
}

/** What Redis hashes of our keys: the text in their first braces. */
function slotTag(key: string): string {
  return key.slice(0, key.indexOf("}") + 1);
}
