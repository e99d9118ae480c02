import type { Answer, Call, Recorded, Value } from "@stowage/conformance";

/** A call of a client on the one record, from a time to a time; `null` where it never came back. */
export function call(
  client: number,
  start: number,
  end: number | null,
  asked: Call,
  answer: Answer = { done: true },
): Recorded {
  const times = { client, key: 0, start: start * 1000, call: asked };
  return end === null ? times : { ...times, end: end * 1000, answer };
}

export const write = (client: number, start: number, end: number | null, value: number): Recorded =>
  call(client, start, end, { type: "write", value });
export const read = (client: number, start: number, end: number | null, value: Value): Recorded =>
  call(client, start, end, { type: "read" }, { value, ...(value !== null && { version: versionOf(value) }) });
export const remove = (client: number, start: number, end: number | null): Recorded =>
  call(client, start, end, { type: "remove" });
export const add = (client: number, start: number, end: number | null, value: Value): Recorded =>
  call(client, start, end, { type: "add" }, { value });
export const list = (client: number, start: number, end: number, listed: boolean): Recorded =>
  call(client, start, end, { type: "list" }, { listed });
/** Writes on the condition that a number is there; where another one was, the write was refused. */
export function put(
  client: number,
  start: number,
  end: number | null,
  value: number,
  seen: Value,
  was = seen,
): Recorded {
  const asked: Call = { type: "put", value, ifVersion: seen === null ? null : versionOf(seen) };
  if (was !== seen) return call(client, start, end, asked, { conflict: was === null ? null : versionOf(was) });
  return call(client, start, end, asked, { done: true, version: versionOf(value) });
}

export function versionOf(value: number): string {
  return `v${value}`;
}
