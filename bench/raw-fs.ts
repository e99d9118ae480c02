import {
  closeSync,
  constants,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";

import type { Key } from "@stowage/core";

import type { Contender } from "./contender.ts";
import type { Item } from "./workload.ts";

/**
 * Files as OpenCode 1.1.16 treats them: written in place and shortened afterwards, without a lock, a temporary file, or
 * a check. A reader can see half a record, and two processes can undo each other's updates.
 */
export class RawFiles implements Contender {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
    mkdirSync(root);
  }

  write({ key, value }: Item): void {
    const path = this.#path(key);
    const bytes = Buffer.from(JSON.stringify(value, null, 2));
    const file = openInPlace(path);
    try {
      writeSync(file, bytes);
      ftruncateSync(file, bytes.length);
    } finally {
      closeSync(file);
    }
  }

  read(key: Key): unknown {
    return JSON.parse(readFileSync(this.#path(key), "utf8"));
  }

  update(key: Key, title: string): void {
    const value = this.read(key) as { title: string };
    value.title = title;
    this.write({ key, value });
  }

  list(prefix: Key): number {
    return this.#keys(prefix).length;
  }

  openSession(sessionID: string): number {
    let records = 0;
    for (const message of this.#keys(["message", sessionID])) {
      this.read(message);
      const parts = this.#keys(["part", message[2] as string]);
      for (const part of parts) this.read(part);
      records += 1 + parts.length;
    }
    return records;
  }

  writeMany(items: readonly Item[]): void {
    for (const item of items) this.write(item);
  }

  copyTo(target: string): void {
    for (const key of this.#keys([])) {
      const copy = join(target, ...key) + ".json";
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(this.#path(key), copy);
    }
  }

  close(): void {}

  #path(key: Key): string {
    return join(this.#root, ...key) + ".json";
  }

  #keys(prefix: Key): Key[] {
    return this.#walk(prefix).sort();
  }

  /** By hand: the `recursive` option of `readdirSync` takes about six times as long. */
  #walk(prefix: Key): Key[] {
    return readdirSync(join(this.#root, ...prefix), { withFileTypes: true }).flatMap((entry) => {
      if (entry.isDirectory()) return this.#walk([...prefix, entry.name]);
      return entry.name.endsWith(".json") ? [[...prefix, entry.name.slice(0, -".json".length)]] : [];
    });
  }
}

function openInPlace(path: string): number {
  const flags = constants.O_WRONLY | constants.O_CREAT;
  try {
    return openSync(path, flags);
  } catch {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, flags);
  }
}
