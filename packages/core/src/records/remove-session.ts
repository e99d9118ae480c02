import type { Key } from "../key.ts";
import type { CorruptOptions, Storage } from "../storage.ts";

/** Keys that one batch removes. */
const keysPerBatch = 256;

/** Removes sessions from the leaves up, each with what belongs to it; {@link Records.removeSession} says what a caller sees. */
export async function removeSession(
  storage: Storage,
  projectID: string,
  sessionID: string,
  options: CorruptOptions = {},
): Promise<string[]> {
  const sessionIDs = await sessionTree(storage, projectID, sessionID, options);
  for (const id of sessionIDs) await removeOne(storage, projectID, id);
  return sessionIDs;
}

/** The session and all below it, each behind its children. */
async function sessionTree(
  storage: Storage,
  projectID: string,
  sessionID: string,
  options: CorruptOptions,
): Promise<string[]> {
  const children = new Map<string, string[]>();
  for await (const { key, value } of storage.entries(["session", projectID], options)) {
    const parentID = parentOf(value);
    if (parentID === undefined || key.length !== 3) continue;
    children.set(parentID, [...(children.get(parentID) ?? []), key[2] as string]);
  }
  // A set, so that sessions that name each other as parents end the walk. Parents come first until it is turned round.
  const tree = new Set([sessionID]);
  for (const id of tree) for (const child of children.get(id) ?? []) tree.add(child);
  return [...tree].toReversed();
}

/** Reads the one field that counts: a session that fails its schema otherwise may still be a child. */
function parentOf(session: unknown): string | undefined {
  if (typeof session !== "object" || session === null || !("parentID" in session)) return undefined;
  return typeof session.parentID === "string" ? session.parentID : undefined;
}

/**
 * Parts go before the messages that lead to them, and the session goes last, so that after a failure everything that
 * is left can still be found.
 */
async function removeOne(storage: Storage, projectID: string, sessionID: string): Promise<void> {
  const parts: Key[] = [];
  for await (const [, , messageID] of storage.keys(["message", sessionID])) {
    if (messageID !== undefined) parts.push(["part", messageID]);
  }
  await removeBelow(storage, parts);
  await storage.removePrefix(["message", sessionID]);
  const single = ["session_diff", "todo", "session_share", "share"].map((family): Key => [family, sessionID]);
  await removeAll(storage, single);
  await storage.remove(["session", projectID, sessionID]);
}

async function removeBelow(storage: Storage, prefixes: readonly Key[]): Promise<void> {
  let keys: Key[] = [];
  for await (const key of storage.keys({ prefixes })) {
    keys.push(key);
    if (keys.length < keysPerBatch) continue;
    await removeAll(storage, keys);
    keys = [];
  }
  await removeAll(storage, keys);
}

function removeAll(storage: Storage, keys: readonly Key[]): Promise<void> {
  return storage.batch(keys.map((key) => ({ type: "remove", key })));
}
