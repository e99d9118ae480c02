import { hash } from "node:crypto";
import { accessSync, renameSync, rmdirSync, unlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { DriverError, KeyedLock, sleep } from "@stowage/core";
import { behindChange, isAbsence, systemCode } from "./codes.ts";
import { namesIn } from "./entries.ts";
import { ignoreErrors, isClock, isLeftBehind, removeLock } from "./left-behind.ts";
import { describeOwner, isToken } from "./owner.ts";
import type { Root } from "./root.ts";
import { lockFolderName, Spares } from "./spares.ts";

/** What a holder asks around the step that can't be undone: others break the lock of one that stands still for long. */
export interface Held {
  /** Right before that step. @throws StartOver when the lock was taken away: nothing has happened yet. */
  check(): void;
  /**
   * Right after it. @throws DriverError UNAVAILABLE, not retryable, when the lock was taken away, or when the disk does not
   * say: nobody knows what came last.
   */
  confirm(): void;
}

/**
 * Thrown by the body of a lock when nothing was changed and all of it should be done again: the lock was taken away, or
 * the file system was busy.
 */
export class StartOver extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
  }
}

export interface LockOptions {
  readonly root: Root;
  /** The token of the owner, from `newOwner`. */
  readonly owner: string;
  readonly timeoutMs: number;
  /** After this time the lock of an owner that can't be asked counts as left behind. Default 30,000. */
  readonly foreignLockMs?: number;
}

/** A lock that was held for longer is given back with care: others may have come to count it as left behind. */
const plainReleaseMs = 10_000;
/** The empty lock folders of an owner that can't be asked are cleared away after this time; it makes new ones. */
const foreignSpareMs = 600_000;
const immediateAttempts = 3;
const delayMsMax = 20;
/** How often others may clear a folder away between two of our calls before that is no coincidence. */
const attemptsMax = 100;

/**
 * Locks for names, held against every process that uses the folder. The file system is the only arbiter:
 *
 * - Acquiring renames a spare to the lock's path. Where a lock is held, a folder that is not empty is in the way, and
 *   no system renames onto that. Releasing renames it back. So an uncontended lock costs two system calls.
 * - The file in a lock names the holder. When that process has died, anyone unlinks this file: the folder is empty
 *   then, and the next rename replaces it. No other lock can be hit by mistake, for no two have the same token.
 */
export class LockFolder {
  readonly #folder: string;
  readonly #timeoutMs: number;
  readonly #foreignLockMs: number;
  /** Within this process waiters stand in line instead of polling. */
  readonly #line = new KeyedLock();
  readonly #spares: Spares;

  constructor({ root, owner, timeoutMs, foreignLockMs = 30_000 }: LockOptions) {
    this.#folder = `${root.path}/${lockFolderName}`;
    this.#spares = new Spares(root, owner);
    this.#timeoutMs = timeoutMs;
    this.#foreignLockMs = foreignLockMs;
  }

  /**
   * Calls `body` while the name is locked, again when it throws {@link StartOver}. A body that returns no promise runs
   * in one go with acquiring and releasing.
   *
   * @throws DriverError BUSY with the holder when the time is up.
   */
  run<T>(name: string, body: (held: Held) => T | Promise<T>): Promise<T> {
    const path = `${this.#folder}/${hash("sha1", name)}`;
    const start = performance.now();
    return this.#line.run(path, async () => {
      for (let attempt = 0; ; attempt++) {
        const token = this.#acquire(path);
        if (token === undefined) {
          await this.#wait(path, start, attempt);
          continue;
        }
        try {
          return await this.#holding(path, token, body);
        } catch (error) {
          if (!(error instanceof StartOver)) throw error;
          if (performance.now() - start >= this.#timeoutMs) throw busy(error.message, start, error.cause);
          await pause(attempt);
        }
      }
    });
  }

  /** Clears away what dead owners left behind, as far as it may: a reader need not have the right to. */
  sweep(): void {
    ignoreErrors(() => this.#sweep());
  }

  #sweep(): void {
    for (const entry of namesIn(this.#folder)) {
      const path = `${this.#folder}/${entry}`;
      if (isClock(entry)) ignoreErrors(() => unlinkSync(path));
      else if (!isToken(entry)) this.#breakLeftBehind(path);
      else if (isLeftBehind(path, entry, foreignSpareMs)) removeLock(path, entry);
    }
  }

  /** Removes every trace of this owner, and the folder when it was the last one's. No lock may be held. */
  close(): void {
    this.#spares.clear();
    this.sweep();
    ignoreErrors(() => rmdirSync(this.#folder));
  }

  #holding<T>(path: string, token: string, body: (held: Held) => T | Promise<T>): T | Promise<T> {
    const start = Date.now();
    let isLost = false;
    const isHeld = (): boolean => {
      try {
        if (!isLost) accessSync(`${path}/${token}`);
      } catch (error) {
        // A disk that fails has not said that the lock is gone.
        if (!isAbsence(error)) throw error;
        isLost = true;
      }
      return !isLost;
    };
    const check = (): void => {
      if (!isHeld()) throw new StartOver("its lock was taken away while this process stood still");
    };
    const confirm = (): void => {
      try {
        if (isHeld()) return;
      } catch (error) {
        throw behindChange(error);
      }
      const detail = "the lock was taken away while this process stood still, the write may have been overwritten";
      // Not by itself: an edit that is done already would be done twice.
      throw new DriverError("UNAVAILABLE", detail, { retryable: false });
    };
    const release = (): void => {
      const heldMs = Date.now() - start;
      this.#release(path, token, isLost || heldMs < 0 || heldMs > plainReleaseMs);
    };
    let result: T | Promise<T>;
    try {
      result = body({ check, confirm });
    } catch (error) {
      release();
      throw error;
    }
    if (result instanceof Promise) return result.finally(release);
    release();
    return result;
  }

  /** Resolves to the token under which the lock is held now, or to `undefined` when somebody else holds it. */
  #acquire(path: string): string | undefined {
    for (let attempt = 0; ; attempt++) {
      const token = this.#spares.take();
      try {
        renameSync(`${this.#folder}/${token}`, path);
        return token;
      } catch (error) {
        // A spare that was cleared away is replaced.
        if (systemCode(error) === "ENOENT" && attempt < attemptsMax) continue;
        this.#spares.give(token);
        if (isInTheWay(error)) return undefined;
        throw error;
      }
    }
  }

  #release(path: string, token: string, mayBeLost: boolean): void {
    if (!mayBeLost) {
      try {
        renameSync(path, `${this.#folder}/${token}`);
        this.#spares.give(token);
        return;
      } catch {
        // Taken away, or the disk fails: what is done is done, so the caller must not see an error.
      }
    }
    // Only the folder with our own file in it is ours to remove.
    removeLock(path, token);
  }

  async #wait(path: string, start: number, attempt: number): Promise<void> {
    const holder = this.#breakLeftBehind(path);
    // A lock that was just opened is worth one more attempt, also when the time is up.
    if (performance.now() - start >= this.#timeoutMs && (holder !== undefined || attempt >= attemptsMax)) {
      throw busy(holder === undefined ? "its lock is contended" : `${describeOwner(holder)} holds its lock`, start);
    }
    await pause(attempt);
  }

  /** Opens a lock whose holder is dead. Returns the holder if it may be alive. */
  #breakLeftBehind(path: string): string | undefined {
    let holder: string | undefined;
    for (const entry of namesIn(path)) {
      if (isToken(entry) && !isLeftBehind(path, entry, this.#foreignLockMs)) holder = entry;
      // What is no token is in the way too: desktops leave such files wherever somebody looks.
      else ignoreErrors(() => unlinkSync(`${path}/${entry}`));
    }
    // Where a rename onto an empty folder fails, the folder must go. It fails if a new holder came meanwhile.
    if (holder === undefined) ignoreErrors(() => rmdirSync(path));
    return holder;
  }
}

/** Whether a rename failed because of a folder at its target. Windows calls that a matter of rights. */
function isInTheWay(error: unknown): boolean {
  const code = systemCode(error);
  if (code === "ENOTEMPTY" || code === "EEXIST") return true;
  return process.platform === "win32" && (code === "EPERM" || code === "EACCES" || code === "EBUSY");
}

async function pause(attempt: number): Promise<void> {
  if (attempt < immediateAttempts) return setImmediate();
  const delayMs = Math.min(2 ** (attempt - immediateAttempts), delayMsMax);
  await sleep(delayMs * (0.5 + Math.random() / 2));
}

function busy(reason: string, start: number, cause?: unknown): DriverError {
  return new DriverError("BUSY", `${reason}, waited ${Math.round(performance.now() - start)} ms`, { cause });
}
