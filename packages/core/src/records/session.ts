import * as z from "zod";
import { type FileDiff, fileDiffSchema } from "./file-diff.ts";
import { type PermissionRule, permissionRuleSchema } from "./permission.ts";
import { RecordSchema } from "./record-schema.ts";

/**
 * A conversation. OpenCode checks a session neither when it writes nor when it reads one; fields that are set later
 * (summary, share, revert …) stand behind the first ones in the order in which they were set.
 */
export interface Session {
  /** Starts with `ses`. Ids of sessions descend: the newest comes first. */
  id: string;
  /** A name of two words; written by 1.1.19 and later. */
  slug?: string | undefined;
  /** The version of OpenCode that created the session. */
  version: string;
  /** Normally the second segment of the key; may differ, and is absent in sessions from before 0.6.10. */
  projectID?: string | undefined;
  /** Absolute. Absent before 0.6.10. */
  directory?: string | undefined;
  /** Sub-agent sessions only; a fork has none. */
  parentID?: string | undefined;
  title: string;
  permission?: PermissionRule[] | undefined;
  time: SessionTime;
  summary?: SessionSummary | undefined;
  share?: SessionShareLink | undefined;
  /** Set while the session stands at an earlier message; those behind it are still stored. */
  revert?: SessionRevert | undefined;
}

export interface SessionTime {
  created: number;
  updated: number;
  compacting?: number | undefined;
  archived?: number | undefined;
}

/** Sums over all files that the session changed. */
export interface SessionSummary {
  /** Lines. */
  additions: number;
  /** Lines. */
  deletions: number;
  /** Absent where OpenCode's own migration made the summary. */
  files?: number | undefined;
  /** Only in records that this migration has not moved to family `session_diff`. */
  diffs?: FileDiff[] | undefined;
}

/** `{ url }` of a session that a user shared; with automatic sharing the whole answer of the share service. */
export interface SessionShareLink {
  url: string;
  id?: string | undefined;
  /** Lets its holder change or end the share. Leave it out of exports and logs. */
  secret?: string | undefined;
}

export interface SessionRevert {
  messageID: string;
  partID?: string | undefined;
  snapshot?: string | undefined;
  /** A whole git diff, of any length. */
  diff?: string | undefined;
}

export const sessionSchema: RecordSchema<Session> = new RecordSchema("Session", (form) => {
  // A hand-made session with another id works in most places, so only the strict form minds.
  const sessionID = form.either(z.string().regex(/^ses/), z.string());
  return form.object<Session>({
    id: sessionID,
    slug: form.other(z.string()),
    version: z.string(),
    projectID: form.later(z.string()),
    directory: form.later(z.string()),
    parentID: sessionID.optional(),
    title: z.string(),
    permission: z.array(form.use(permissionRuleSchema)).optional(),
    time: form.object<SessionTime>({
      created: z.number(),
      updated: z.number(),
      compacting: z.number().optional(),
      archived: z.number().optional(),
    }),
    summary: form
      .object<SessionSummary>({
        additions: z.number(),
        deletions: z.number(),
        files: form.later(z.number()),
        diffs: z.array(form.use(fileDiffSchema)).optional(),
      })
      .optional(),
    share: form
      .object<SessionShareLink>({ url: z.string(), id: z.string().optional(), secret: z.string().optional() })
      .optional(),
    revert: form
      .object<SessionRevert>({
        messageID: z.string(),
        partID: z.string().optional(),
        snapshot: z.string().optional(),
        diff: z.string().optional(),
      })
      .optional(),
  });
});
