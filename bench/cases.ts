import type { Awaitable, Contender } from "./contender.ts";
import {
  id,
  type Item,
  messageCount,
  messageRecord,
  partCount,
  projectID,
  session,
  sessionID,
  sessionRecord,
  textPart,
} from "./workload.ts";

/** A kind of operation to measure. */
export interface Case {
  readonly name: string;
  /** How often a sample repeats the operation; `--quick` takes a quarter, at least one. */
  readonly repeat: number;
  /** One operation. `serial` is different in each call on the same contender; `place` is where its store is. */
  readonly run: (contender: Contender, serial: number, place: string) => Awaitable<void>;
}

const deltas = 400;
const parallelWrites = 32;
const manyRecords = 1_000;

/** What every store holds before the measuring starts: the session that is read, and twenty others. */
export function* background(): Generator<Item> {
  yield* session(0, messageCount, partCount);
  for (let serial = 1; serial <= 20; serial++) yield* session(serial, 20, 150);
}

const firstMessageID = id("msg", 0);
const firstMessage = messageRecord(sessionID, firstMessageID);
const keys = [...background()].map((item) => item.key);

export const cases: readonly Case[] = [
  { name: "write a new record", repeat: 500, run: (contender, serial) => writePart(contender, serial) },
  {
    name: `write ${parallelWrites} new records at once`,
    repeat: 10,
    run: async (contender, serial) => {
      const serials = Array.from({ length: parallelWrites }, (_, i) => 100_000 + serial * parallelWrites + i);
      await Promise.all(serials.map((one) => writePart(contender, one)));
    },
  },
  {
    name: "rewrite a record",
    repeat: 500,
    run: async (contender, serial) => {
      await contender.write({ key: ["message", sessionID, firstMessageID], value: { ...firstMessage, cost: serial } });
    },
  },
  {
    name: "read a record",
    repeat: 1_000,
    // A prime step visits the keys in no order.
    run: async (contender, serial) => {
      const key = keys[(serial * 7_919) % keys.length] as Item["key"];
      if (typeof (await contender.read(key)) !== "object") throw new Error(`Cannot read "${key.join("/")}"`);
    },
  },
  {
    name: "update a record",
    repeat: 500,
    run: async (contender, serial) => {
      await contender.update(["session", projectID, sessionID], `Title ${serial}`);
    },
  },
  {
    name: `list ${messageCount} messages`,
    repeat: 100,
    run: async (contender) => expectCount(await contender.list(["message", sessionID]), messageCount),
  },
  {
    name: `open a session, ${messageCount} messages and ${partCount.toLocaleString("en")} parts`,
    repeat: 4,
    run: async (contender) => expectCount(await contender.openSession(sessionID), messageCount + partCount),
  },
  { name: `streaming turn, ${deltas} deltas to 1.6 kB`, repeat: 4, run: streamTurn },
  {
    name: "copy the store (Stowage: synced and compared)",
    repeat: 1,
    run: async (contender, serial, place) => {
      await contender.copyTo(`${place}-copy-${serial}`);
    },
  },
  {
    name: `write ${manyRecords.toLocaleString("en")} records in a batch`,
    repeat: 1,
    run: async (contender, serial) => {
      const items = [...session(1_000 + serial, 100, manyRecords - 101)];
      expectCount(items.length, manyRecords);
      await contender.writeMany(items);
    },
  },
];

async function writePart(contender: Contender, serial: number): Promise<void> {
  // A hundred parts share a folder, so one write in a hundred makes one.
  const msg = id("msg", 3_000_000 + Math.floor(serial / 100));
  const prt = id("prt", 3_000_000 + serial);
  await contender.write({ key: ["part", msg, prt], value: textPart(sessionID, msg, prt, 120) });
}

/** The writes of one streamed answer: each delta rewrites the whole part, and sixteen other writes come around them. */
async function streamTurn(contender: Contender, serial: number): Promise<void> {
  const ses = id("ses", 2_000_000);
  const [user, assistant] = [id("msg", 2_000_000 + serial * 2), id("msg", 2_000_001 + serial * 2)];
  const writeSession = (): Awaitable<unknown> =>
    contender.write({ key: ["session", projectID, ses], value: sessionRecord(ses) });
  const writeMessage = (msg: string): Awaitable<unknown> =>
    contender.write({ key: ["message", ses, msg], value: messageRecord(ses, msg) });
  const writeText = (msg: string, part: number, length: number): Awaitable<unknown> => {
    const prt = id("prt", 2_000_000 + serial * 10 + part);
    return contender.write({ key: ["part", msg, prt], value: textPart(ses, msg, prt, length) });
  };
  await writeMessage(user);
  await writeText(user, 0, 60);
  await writeSession();
  await writeMessage(assistant);
  await writeText(assistant, 1, 20);
  for (let delta = 1; delta <= deltas; delta++) await writeText(assistant, 2, delta * 4);
  await writeText(assistant, 2, deltas * 4);
  await writeText(assistant, 3, 180);
  for (let i = 0; i < 2; i++) {
    await writeMessage(assistant);
    await writeSession();
    await contender.write({ key: ["session_diff", ses], value: [] });
    await writeMessage(user);
  }
  await writeMessage(user);
}

function expectCount(found: number, expected: number): void {
  if (found !== expected) throw new Error(`Cannot measure: ${found} records instead of ${expected}`);
}
