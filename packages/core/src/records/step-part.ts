import * as z from "zod";
import { type APIError, apiErrorSchema } from "./message-error.ts";
import { type PartBase, partBase } from "./file-part.ts";
import { RecordSchema } from "./record-schema.ts";
import { type Tokens, tokensSchema } from "./tokens.ts";

/** A request to the model begins. */
export interface StepStartPart extends PartBase {
  type: "step-start";
  /** A git tree hash of the snapshot repository. */
  snapshot?: string | undefined;
}

/** A request to the model has ended. */
export interface StepFinishPart extends PartBase {
  type: "step-finish";
  /** Absent before 0.15.31. */
  reason?: string | undefined;
  /** A git tree hash of the snapshot repository. */
  snapshot?: string | undefined;
  cost: number;
  tokens: Tokens;
}

/** No longer written by 1.1.18. */
export interface SnapshotPart extends PartBase {
  type: "snapshot";
  snapshot: string;
}

/** The files that a step changed. */
export interface PatchPart extends PartBase {
  type: "patch";
  hash: string;
  /** Absolute paths. */
  files: string[];
}

/** A request that failed and is tried again. Known to 1.1.18, which never writes one by itself. */
export interface RetryPart extends PartBase {
  type: "retry";
  attempt: number;
  error: APIError;
  time: { created: number };
}

/** The user asked for a compaction, or the conversation grew too long. */
export interface CompactionPart extends PartBase {
  type: "compaction";
  /** Absent before 1.0.123. */
  auto?: boolean | undefined;
}

export const stepStartPartSchema: RecordSchema<StepStartPart> = new RecordSchema("StepStartPart", (form) =>
  form.object<StepStartPart>({ ...partBase, type: z.literal("step-start"), snapshot: z.string().optional() }),
);

export const stepFinishPartSchema: RecordSchema<StepFinishPart> = new RecordSchema("StepFinishPart", (form) =>
  form.object<StepFinishPart>({
    ...partBase,
    type: z.literal("step-finish"),
    reason: form.later(z.string()),
    snapshot: z.string().optional(),
    cost: z.number(),
    tokens: form.use(tokensSchema),
  }),
);

export const snapshotPartSchema: RecordSchema<SnapshotPart> = new RecordSchema("SnapshotPart", (form) =>
  form.object<SnapshotPart>({ ...partBase, type: z.literal("snapshot"), snapshot: z.string() }),
);

export const patchPartSchema: RecordSchema<PatchPart> = new RecordSchema("PatchPart", (form) =>
  form.object<PatchPart>({ ...partBase, type: z.literal("patch"), hash: z.string(), files: z.array(z.string()) }),
);

export const retryPartSchema: RecordSchema<RetryPart> = new RecordSchema("RetryPart", (form) =>
  form.object<RetryPart>({
    ...partBase,
    type: z.literal("retry"),
    attempt: z.number(),
    error: form.use(apiErrorSchema),
    time: form.object({ created: z.number() }),
  }),
);

export const compactionPartSchema: RecordSchema<CompactionPart> = new RecordSchema("CompactionPart", (form) =>
  form.object<CompactionPart>({ ...partBase, type: z.literal("compaction"), auto: form.later(z.boolean()) }),
);
