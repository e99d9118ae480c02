import type { Key } from "../key.ts";
import { type FileDiff, fileDiffListSchema } from "./file-diff.ts";
import type { FormName } from "./form.ts";
import { type Message, messageSchema } from "./message.ts";
import { type Part, partSchema } from "./part.ts";
import { permissionListSchema, type PermissionRule } from "./permission.ts";
import { type Project, projectSchema } from "./project.ts";
import type { RecordSchema } from "./record-schema.ts";
import { type Session, sessionSchema } from "./session.ts";
import { type SessionShare, sessionShareSchema, type Share, shareSchema } from "./share.ts";
import { type Todo, todoListSchema } from "./todo.ts";

/** The ids that follow the name of each family in its keys, and what its records hold. */
export interface FamilyTypes {
  project: { ids: [projectID: string]; record: Project };
  session: { ids: [projectID: string, sessionID: string]; record: Session };
  message: { ids: [sessionID: string, messageID: string]; record: Message };
  part: { ids: [messageID: string, partID: string]; record: Part };
  session_diff: { ids: [sessionID: string]; record: FileDiff[] };
  todo: { ids: [sessionID: string]; record: Todo[] };
  session_share: { ids: [sessionID: string]; record: SessionShare };
  share: { ids: [sessionID: string]; record: Share };
  permission: { ids: [projectID: string]; record: PermissionRule[] };
}

/** The first segment of a key. */
export type FamilyName = keyof FamilyTypes;

/** The records whose keys begin with one name. */
export interface Family<Name extends FamilyName = FamilyName> {
  readonly name: Name;
  /** What the segments after the name are: `["messageID", "partID"]`. */
  readonly ids: Readonly<FamilyTypes[Name]["ids"]>;
  readonly schema: RecordSchema<FamilyTypes[Name]["record"]>;
}

/**
 * All families that OpenCode 1.1.x reads or writes. Stores may hold more, written by plugins; these have no schema.
 * The session that a part belongs to is in its value, not in its key.
 */
export const families: { readonly [Name in FamilyName]: Family<Name> } = Object.freeze({
  project: family("project", ["projectID"], projectSchema),
  session: family("session", ["projectID", "sessionID"], sessionSchema),
  message: family("message", ["sessionID", "messageID"], messageSchema),
  part: family("part", ["messageID", "partID"], partSchema),
  session_diff: family("session_diff", ["sessionID"], fileDiffListSchema),
  todo: family("todo", ["sessionID"], todoListSchema),
  session_share: family("session_share", ["sessionID"], sessionShareSchema),
  share: family("share", ["sessionID"], shareSchema),
  permission: family("permission", ["projectID"], permissionListSchema),
});

/** The family of a key; `undefined` when its first segment names none, or when it has more or fewer ids. */
export function familyOf(key: Key): FamilyName | undefined {
  const [name, ...ids] = key;
  if (name === undefined || !isFamilyName(name)) return undefined;
  return families[name].ids.length === ids.length ? name : undefined;
}

/** The schema for the value at a key; `undefined` for a key of no family. */
export function schemaFor(key: Key, form: FormName): ReturnType<RecordSchema<unknown>["in"]> | undefined {
  const name = familyOf(key);
  return name === undefined ? undefined : families[name].schema.in(form);
}

function isFamilyName(name: string): name is FamilyName {
  return Object.hasOwn(families, name);
}

function family<Name extends FamilyName>(
  name: Name,
  ids: Family<Name>["ids"],
  schema: Family<Name>["schema"],
): Family<Name> {
  return Object.freeze({ name, ids, schema });
}
