import * as z from "zod";
import { RecordSchema } from "./record-schema.ts";

/** How a file changed. Family `session_diff` holds an array of these. */
export interface FileDiff {
  /** Relative to the worktree. Names outside ASCII may be quoted as git does: `"caf\303\251"`. */
  file: string;
  /** The entire former content, of any length; empty for a new or binary file. */
  before: string;
  /** The entire new content, of any length; empty for a deleted or binary file. */
  after: string;
  /** Lines. */
  additions: number;
  /** Lines. */
  deletions: number;
  /** `"added"`, `"deleted"`, or `"modified"`; written by 1.1.53 and later. */
  status?: string | undefined;
}

export const fileDiffSchema: RecordSchema<FileDiff> = new RecordSchema("FileDiff", (form) =>
  form.object<FileDiff>({
    file: z.string(),
    before: z.string(),
    after: z.string(),
    additions: z.number(),
    deletions: z.number(),
    status: form.other(z.string()),
  }),
);

/** The record of family `session_diff`. OpenCode never removes it, not even with its session. */
export const fileDiffListSchema: RecordSchema<FileDiff[]> = new RecordSchema("FileDiffList", (form) =>
  z.array(form.use(fileDiffSchema)),
);
