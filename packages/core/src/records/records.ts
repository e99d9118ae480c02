import type { CorruptOptions, RangeOptions, Storage } from "../storage.ts";
import { families, type FamilyName, type FamilyTypes } from "./families.ts";
import type { Message } from "./message.ts";
import type { Part } from "./part.ts";
import { removeSession } from "./remove-session.ts";
import { type RecordsOptions, SchemaFamily, type TypedFamily } from "./typed-family.ts";

/** A message with its parts, in the order of their keys. */
export interface MessageWithParts {
  readonly info: Message;
  readonly parts: readonly Part[];
}

/** Every family of a store, by its name. */
export type TypedFamilies = {
  readonly [Name in FamilyName]: TypedFamily<FamilyTypes[Name]["ids"], FamilyTypes[Name]["record"]>;
};

/** The records of OpenCode in a store, with their types. */
export interface Records extends TypedFamilies {
  /**
   * The messages of a session with their parts, lazily, in the order of keys, which is not always that of time: see
   * {@link ParsedID}. Parts are read for 32 messages at once, in one sweep. `limit` counts messages; parts whose message is
   * gone do not show.
   */
  messages(sessionID: string, options?: RangeOptions & CorruptOptions): AsyncIterableIterator<MessageWithParts>;

  /**
   * Removes a session, all sessions below it, and what belongs to them: messages, parts, diff, to-do list, share. The
   * share service is not told. Not atomic: when it fails half-way, the session records are still there and it can be
   * repeated. That there is no such session is fine; what is left of it goes. Parts whose message is gone stay.
   *
   * @param options - `onCorrupt` gets sessions of the project that are not JSON, which then are nobody's children.
   * @returns The ids of the sessions that are gone, those below before those above.
   * @throws StorageError CORRUPT, before anything is removed, for such a session without `onCorrupt`.
   */
  removeSession(projectID: string, sessionID: string, options?: CorruptOptions): Promise<string[]>;
}

/** Messages whose parts are read in one sweep: few round trips, and memory for so many messages with their parts. */
const messagesPerSweep = 32;

/**
 * Typed access to the records in a store. Values are checked by the loose schemas, and neither reading nor writing drops
 * or moves a field that the schemas do not know. Holds nothing: the store stays the caller's to close.
 *
 * @example const session = await records(storage).session.read(projectID, sessionID);
 */
export function records(storage: Storage, options: RecordsOptions = {}): Records {
  const typed = <Name extends FamilyName>(
    name: Name,
  ): SchemaFamily<FamilyTypes[Name]["ids"], FamilyTypes[Name]["record"]> =>
    new SchemaFamily(storage, families[name], options);
  const message = typed("message");
  const part = typed("part");
  return {
    project: typed("project"),
    session: typed("session"),
    message,
    part,
    session_diff: typed("session_diff"),
    todo: typed("todo"),
    session_share: typed("session_share"),
    share: typed("share"),
    permission: typed("permission"),
    messages: (sessionID, range) => messagesWithParts(message, part, sessionID, range),
    removeSession: (projectID, sessionID, corrupt) => removeSession(storage, projectID, sessionID, corrupt),
  };
}

async function* messagesWithParts(
  message: SchemaFamily<FamilyTypes["message"]["ids"], Message>,
  part: SchemaFamily<FamilyTypes["part"]["ids"], Part>,
  sessionID: string,
  options: RangeOptions & CorruptOptions = {},
): AsyncGenerator<MessageWithParts> {
  const corrupt: CorruptOptions = options.onCorrupt === undefined ? {} : { onCorrupt: options.onCorrupt };
  let found = new Map<string, { info: Message; parts: Part[] }>();
  const sweep = async (): Promise<Iterable<MessageWithParts>> => {
    const page = found;
    found = new Map();
    // By the id in the key, since that is where the parts are, whatever the value says.
    const prefixes = [...page.keys()].map((messageID) => ["part", messageID]);
    for await (const { key, value } of part.below({ prefixes }, corrupt)) page.get(key[1] as string)?.parts.push(value);
    return page.values();
  };
  for await (const { key, value } of message.entries([sessionID], options)) {
    found.set(key[2] as string, { info: value, parts: [] });
    if (found.size === messagesPerSweep) yield* await sweep();
  }
  yield* await sweep();
}
