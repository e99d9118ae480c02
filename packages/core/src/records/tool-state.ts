import * as z from "zod";
import { type FilePart, filePartSchema } from "./file-part.ts";
import { RecordSchema } from "./record-schema.ts";

/** Announced by the model, not yet run. Stays so when the server dies. */
export interface ToolStatePending {
  status: "pending";
  /** Absent before 1.0. */
  input?: Record<string, unknown> | undefined;
  /** The input as the model wrote it so far. Absent before 1.0. */
  raw?: string | undefined;
}

/** Stays so when the server dies. */
export interface ToolStateRunning {
  status: "running";
  /** Absent in some records from before 0.13.9. */
  input?: Record<string, unknown> | undefined;
  title?: string | undefined;
  /** What the tool reports meanwhile, such as the output of a shell command. */
  metadata?: Record<string, unknown> | undefined;
  time: { start: number };
}

export interface ToolStateCompleted {
  status: "completed";
  input: Record<string, unknown>;
  /** At most 2,000 lines or 51,200 bytes and a hint where the rest is. */
  output: string;
  /** Absent in some old records. */
  title?: string | undefined;
  /** Of any length: edits hold the files before and after. Absent in some old records. */
  metadata?: Record<string, unknown> | undefined;
  /** `compacted`: since when the model is no longer shown the output. */
  time: { start: number; end: number; compacted?: number | undefined };
  attachments?: FilePart[] | undefined;
}

export interface ToolStateError {
  status: "error";
  input: Record<string, unknown>;
  error: string;
  metadata?: Record<string, unknown> | undefined;
  time: { start: number; end: number };
}

/**
 * How far a tool call is. The loose schema lets other statuses through, so a `switch` over `status` needs a default
 * branch.
 */
export type ToolState = ToolStatePending | ToolStateRunning | ToolStateCompleted | ToolStateError;

const anyObject: z.ZodType<Record<string, unknown>> = z.record(z.string(), z.unknown());

export const toolStatePendingSchema: RecordSchema<ToolStatePending> = new RecordSchema("ToolStatePending", (form) =>
  form.object<ToolStatePending>({
    status: z.literal("pending"),
    input: form.later(anyObject),
    raw: form.later(z.string()),
  }),
);

export const toolStateRunningSchema: RecordSchema<ToolStateRunning> = new RecordSchema("ToolStateRunning", (form) =>
  form.object<ToolStateRunning>({
    status: z.literal("running"),
    input: form.later(anyObject),
    title: z.string().optional(),
    metadata: anyObject.optional(),
    time: form.object({ start: z.number() }),
  }),
);

export const toolStateCompletedSchema: RecordSchema<ToolStateCompleted> = new RecordSchema(
  "ToolStateCompleted",
  (form) =>
    form.object<ToolStateCompleted>({
      status: z.literal("completed"),
      input: anyObject,
      output: z.string(),
      title: form.later(z.string()),
      metadata: form.later(anyObject),
      time: form.object({ start: z.number(), end: z.number(), compacted: z.number().optional() }),
      attachments: z.array(form.use(filePartSchema)).optional(),
    }),
);

export const toolStateErrorSchema: RecordSchema<ToolStateError> = new RecordSchema("ToolStateError", (form) =>
  form.object<ToolStateError>({
    status: z.literal("error"),
    input: anyObject,
    error: z.string(),
    metadata: anyObject.optional(),
    time: form.object({ start: z.number(), end: z.number() }),
  }),
);

export const toolStateSchema: RecordSchema<ToolState> = new RecordSchema("ToolState", (form) =>
  form.variants<ToolState>({
    field: "status",
    members: {
      pending: toolStatePendingSchema,
      running: toolStateRunningSchema,
      completed: toolStateCompletedSchema,
      error: toolStateErrorSchema,
    },
    unlisted: {},
  }),
);
