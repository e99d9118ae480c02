import type { Key } from "@stowage/core";

/** A record to write. */
export interface Item {
  readonly key: Key;
  readonly value: unknown;
}

export const projectID = "4b0ea68d7af9a6031a7ffda7ad66e0cb83315750";

/** The session that the cases read. */
export const sessionID: string = id("ses", 0);
export const messageCount = 200;
/** Parts of that session: 7 or 8 a message. */
export const partCount = 1_500;

/** An id of OpenCode's shape: 12 hexadecimal digits that rise, and 14 characters that are the same here. */
export function id(prefix: string, serial: number): string {
  return `${prefix}_${(0x2022c5e3e001 + serial * 4_096).toString(16)}H629nV4RtbJy9q`;
}

/**
 * The records of one session. Their sizes follow what OpenCode 1.1.16 was seen to write: a session of 0.4 kB, messages
 * of 0.6 kB, parts of 0.2 to 0.9 kB, and one part in a hundred with 20 kB of a tool's output.
 */
export function* session(serial: number, messages: number, parts: number): Generator<Item> {
  const ses = id("ses", serial);
  yield { key: ["session", projectID, ses], value: sessionRecord(ses) };
  let part = 0;
  for (let i = 0; i < messages; i++) {
    const msg = id("msg", serial * 1_000 + i);
    yield { key: ["message", ses, msg], value: messageRecord(ses, msg) };
    for (; part < ((i + 1) * parts) / messages; part++) {
      const prt = id("prt", serial * 10_000 + part);
      yield { key: ["part", msg, prt], value: partRecord(ses, msg, prt, part) };
    }
  }
}

export function sessionRecord(ses: string): Record<string, unknown> {
  return {
    id: ses,
    version: "1.1.16",
    projectID,
    directory: "/home/user/project",
    title: "Explain how the image cache works",
    time: { created: 1_795_332_776_270, updated: 1_795_332_776_274 },
    summary: { additions: 0, deletions: 0, files: 0 },
  };
}

export function messageRecord(ses: string, msg: string): Record<string, unknown> {
  return {
    id: msg,
    sessionID: ses,
    role: "assistant",
    time: { created: 1_795_332_776_270, completed: 1_795_332_776_874 },
    parentID: msg,
    modelID: "large",
    providerID: "acme",
    mode: "build",
    agent: "build",
    path: { cwd: "/home/user/project", root: "/home/user/project" },
    cost: 0.012_345,
    tokens: { input: 12_345, output: 678, reasoning: 0, cache: { read: 0, write: 0 } },
    finish: "stop",
  };
}

/** A text part that has grown to a number of characters. */
export function textPart(ses: string, msg: string, prt: string, length: number): Record<string, unknown> {
  return {
    id: prt,
    sessionID: ses,
    messageID: msg,
    type: "text",
    text: prose(length),
    time: { start: 1_795_332_776_270 },
  };
}

function partRecord(ses: string, msg: string, prt: string, serial: number): Record<string, unknown> {
  const base = { id: prt, sessionID: ses, messageID: msg };
  switch (serial % 5) {
    case 0:
      return { ...base, type: "step-start", snapshot: "4b825dc642cb6eb9a060e54bf8d69288fbee4904" };
    case 1:
      return textPart(ses, msg, prt, 120);
    case 2:
      return toolPart(base, serial % 100 === 2 ? 20_000 : 200);
    case 3:
      return {
        ...base,
        type: "step-finish",
        reason: "tool-calls",
        snapshot: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        cost: 0.012_345,
        tokens: { input: 12_345, output: 678, reasoning: 0, cache: { read: 0, write: 0 } },
      };
    default:
      return {
        ...base,
        type: "reasoning",
        text: prose(200),
        time: { start: 1_795_332_776_270, end: 1_795_332_776_874 },
      };
  }
}

function toolPart(base: object, outputLength: number): Record<string, unknown> {
  return {
    ...base,
    type: "tool",
    callID: "call_8b4e2f0c1d6a4e9f8c3b7a",
    tool: "bash",
    state: {
      status: "completed",
      input: { command: "git log --oneline --max-count=20", description: "Shows the last commits" },
      output: prose(outputLength),
      title: "Shows the last commits",
      metadata: { exit: 0, truncated: false },
      time: { start: 1_795_332_776_270, end: 1_795_332_776_874 },
    },
  };
}

const sentence = "The adapter keeps the ledger; each merge moves one shard behind the window — naïve, but it holds.\n";

function prose(length: number): string {
  return sentence.repeat(Math.ceil(length / sentence.length)).slice(0, length);
}
