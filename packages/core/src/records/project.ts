import * as z from "zod";
import { RecordSchema } from "./record-schema.ts";

/**
 * A worktree that OpenCode was started in. Fields are mutable, here and in all records: an update edits a draft in
 * place. Times are milliseconds since 1970, here and in all records.
 */
export interface Project {
  /** The hash of a root commit, `"global"` without a repository, or whatever stands in `.git/opencode`. */
  id: string;
  /** An absolute path; `"/"` for `"global"`. */
  worktree: string;
  vcs?: "git" | undefined;
  /** The git directory; written by some versions between 1.0.123 and 1.0.150. */
  vcsDir?: string | undefined;
  name?: string | undefined;
  icon?: ProjectIcon | undefined;
  time: ProjectTime;
  /** Absolute paths of further worktrees of the repository. Absent before 1.1. */
  sandboxes?: string[] | undefined;
  /** Written by 1.1.34 and later. */
  commands?: { start?: string | undefined } | undefined;
}

export interface ProjectIcon {
  /** May be a `data:` URL of any length. */
  url?: string | undefined;
  color?: string | undefined;
  /** Written by 1.1.27 and later. */
  override?: string | undefined;
}

export interface ProjectTime {
  created: number;
  /** When OpenCode was last started there. Absent before 1.0.150. */
  updated?: number | undefined;
  initialized?: number | undefined;
}

export const projectSchema: RecordSchema<Project> = new RecordSchema("Project", (form) =>
  form.object<Project>({
    id: z.string(),
    worktree: z.string(),
    vcs: z.literal("git").optional(),
    vcsDir: form.other(z.string()),
    name: z.string().optional(),
    icon: form
      .object<ProjectIcon>({
        url: z.string().optional(),
        color: z.string().optional(),
        override: form.other(z.string()),
      })
      .optional(),
    time: form.object<ProjectTime>({
      created: z.number(),
      updated: form.later(z.number()),
      initialized: z.number().optional(),
    }),
    sandboxes: form.later(z.array(z.string())),
    commands: form.other(form.object({ start: z.string().optional() })),
  }),
);
