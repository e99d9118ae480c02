import { STATUS_CODES } from "node:http";
import type { HttpAnswer } from "./fault.ts";

/** A piece of what a client sends. `text` is what a fault is matched with; absent where a request only goes on. */
export interface Piece {
  readonly text?: string;
  readonly bytes: Buffer;
}

/** What the proxy knows of a protocol. */
export interface Protocol {
  /** For each connection, a function that cuts what arrives into requests; it keeps what is not complete. */
  splitter(): (chunk: Buffer) => Piece[];
  /** A request whose answer shows that the one before it was answered; empty where that shows by itself. */
  probe(nonce: string): Buffer;
  /** Whether the answers hold the one to the request before the probe. */
  isAnswered(answers: string, nonce: string): boolean;
  /** A request that does nothing and that the server answers with this error. Absent where there is no such request. */
  failing?(error: string): Buffer;
  /** An answer that the proxy gives itself, after which the connection ends. Absent where it gives none. */
  answer?(request: string, answer: HttpAnswer): Buffer;
  /** A request without some of its headers. Absent where there are none. */
  without?(bytes: Buffer, names: readonly string[]): Buffer;
}

/** The serialization of a command, as clients send it. */
function command(...words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join("")}`);
}

/** The command at the beginning of a buffer, or `undefined` where it is not complete. */
function firstCommand(buffer: Buffer): { words: string[]; length: number } | undefined {
  let position = 0;
  // Reads a line such as "*3" or "$12" and gives its number.
  const count = (): number => {
    const end = buffer.indexOf("\r\n", position);
    if (end < 0) return -1;
    const value = Number(buffer.toString("latin1", position + 1, end));
    position = end + 2;
    return value;
  };
  const words: string[] = [];
  const total = count();
  if (total < 0) return undefined;
  while (words.length < total) {
    const length = count();
    if (length < 0 || position + length + 2 > buffer.length) return undefined;
    words.push(buffer.toString("utf8", position, position + length));
    position += length + 2;
  }
  return { words, length: position };
}

const redis: Protocol = {
  splitter() {
    let rest: Buffer = Buffer.alloc(0);
    return (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      const pieces: Piece[] = [];
      for (let found = firstCommand(rest); found !== undefined; found = firstCommand(rest)) {
        pieces.push({ text: found.words.join(" "), bytes: rest.subarray(0, found.length) });
        rest = rest.subarray(found.length);
      }
      return pieces;
    };
  },
  probe: (nonce) => command("echo", nonce),
  isAnswered: (answers, nonce) => answers.includes(nonce),
  // Made by the server itself, so that it takes its place among the other answers of the connection.
  failing: (error) => command("eval", "return redis.error_reply(ARGV[1])", "0", error),
};

const requestLine = /^[A-Z]+ \S+ HTTP\/1\.1\r\n/;

const http: Protocol = {
  // A client of HTTP/1.1 sends the next request when the last one was answered, so a head is at the beginning of a chunk.
  splitter: () => (chunk) => {
    const text = chunk.toString("latin1");
    return [requestLine.test(text) ? { text: text.split("\r\n\r\n", 1)[0] as string, bytes: chunk } : { bytes: chunk }];
  },
  probe: () => Buffer.alloc(0),
  isAnswered: (answers) => !/^HTTP\/1\.1 100 [^\r]*\r\n\r\n$/.test(answers),
  answer(request, { status, body = "" }) {
    const type = body.startsWith("<?xml") ? "application/xml" : "text/html";
    const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, `content-type: ${type}`, "connection: close"];
    const length = `content-length: ${Buffer.byteLength(body)}`;
    return Buffer.from([...head, length, "", request.startsWith("HEAD ") ? "" : body].join("\r\n"));
  },
  without(bytes, names) {
    const end = bytes.indexOf("\r\n\r\n");
    const lines = bytes.toString("latin1", 0, end).split("\r\n");
    const kept = lines.filter((line) => !names.includes(line.slice(0, Math.max(0, line.indexOf(":"))).toLowerCase()));
    return Buffer.concat([Buffer.from(kept.join("\r\n"), "latin1"), bytes.subarray(end)]);
  },
};

export const protocols: Readonly<Record<"redis" | "http", Protocol>> = { redis, http };
