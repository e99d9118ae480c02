import * as z from "zod";
import {
  type FilePart,
  filePartSchema,
  type PartBase,
  partBase,
  type SourceText,
  sourceTextSchema,
} from "./file-part.ts";
import type { ModelRef } from "./message.ts";
import { RecordSchema } from "./record-schema.ts";
import {
  type CompactionPart,
  compactionPartSchema,
  type PatchPart,
  patchPartSchema,
  type RetryPart,
  retryPartSchema,
  type SnapshotPart,
  snapshotPartSchema,
  type StepFinishPart,
  stepFinishPartSchema,
  type StepStartPart,
  stepStartPartSchema,
} from "./step-part.ts";
import { type ToolState, toolStateSchema } from "./tool-state.ts";

export interface TextPart extends PartBase {
  type: "text";
  text: string;
  /** Made by OpenCode, not typed by the user. */
  synthetic?: boolean | undefined;
  /** Not shown to the model. */
  ignored?: boolean | undefined;
  time?: { start: number; end?: number | undefined } | undefined;
  metadata?: Record<string, unknown> | undefined;
}

/** A task that the user gave to a sub-agent. */
export interface SubtaskPart extends PartBase {
  type: "subtask";
  prompt: string;
  description: string;
  agent: string;
  /** Written by 1.1.25 and later. */
  model?: ModelRef | undefined;
  command?: string | undefined;
}

export interface ReasoningPart extends PartBase {
  type: "reasoning";
  text: string;
  metadata?: Record<string, unknown> | undefined;
  time: { start: number; end?: number | undefined };
}

export interface ToolPart extends PartBase {
  type: "tool";
  callID: string;
  /** The name of the tool. */
  tool: string;
  state: ToolState;
  metadata?: Record<string, unknown> | undefined;
}

/** The user addressed an agent by name. */
export interface AgentPart extends PartBase {
  type: "agent";
  name: string;
  source?: SourceText | undefined;
}

/**
 * A piece of a message, told apart by `type`. The loose schema lets other types through, so a `switch` over `type` needs
 * a default branch.
 */
export type Part =
  | TextPart
  | SubtaskPart
  | ReasoningPart
  | FilePart
  | ToolPart
  | StepStartPart
  | StepFinishPart
  | SnapshotPart
  | PatchPart
  | AgentPart
  | RetryPart
  | CompactionPart;

const metadata: z.ZodOptional<z.ZodType<Record<string, unknown>>> = z.record(z.string(), z.unknown()).optional();

export const textPartSchema: RecordSchema<TextPart> = new RecordSchema("TextPart", (form) =>
  form.object<TextPart>({
    ...partBase,
    type: z.literal("text"),
    text: z.string(),
    synthetic: z.boolean().optional(),
    ignored: z.boolean().optional(),
    time: form.object({ start: z.number(), end: z.number().optional() }).optional(),
    metadata,
  }),
);

export const subtaskPartSchema: RecordSchema<SubtaskPart> = new RecordSchema("SubtaskPart", (form) =>
  form.object<SubtaskPart>({
    ...partBase,
    type: z.literal("subtask"),
    prompt: z.string(),
    description: z.string(),
    agent: z.string(),
    model: form.other(form.object<ModelRef>({ providerID: z.string(), modelID: z.string() })),
    command: z.string().optional(),
  }),
);

export const reasoningPartSchema: RecordSchema<ReasoningPart> = new RecordSchema("ReasoningPart", (form) =>
  form.object<ReasoningPart>({
    ...partBase,
    type: z.literal("reasoning"),
    text: z.string(),
    metadata,
    time: form.object({ start: z.number(), end: z.number().optional() }),
  }),
);

export const toolPartSchema: RecordSchema<ToolPart> = new RecordSchema("ToolPart", (form) =>
  form.object<ToolPart>({
    ...partBase,
    type: z.literal("tool"),
    callID: z.string(),
    tool: z.string(),
    state: form.use(toolStateSchema),
    metadata,
  }),
);

export const agentPartSchema: RecordSchema<AgentPart> = new RecordSchema("AgentPart", (form) =>
  form.object<AgentPart>({
    ...partBase,
    type: z.literal("agent"),
    name: z.string(),
    source: form.use(sourceTextSchema).optional(),
  }),
);

export const partSchema: RecordSchema<Part> = new RecordSchema("Part", (form) =>
  form.variants<Part>({
    field: "type",
    members: {
      text: textPartSchema,
      subtask: subtaskPartSchema,
      reasoning: reasoningPartSchema,
      file: filePartSchema,
      tool: toolPartSchema,
      "step-start": stepStartPartSchema,
      "step-finish": stepFinishPartSchema,
      snapshot: snapshotPartSchema,
      patch: patchPartSchema,
      agent: agentPartSchema,
      retry: retryPartSchema,
      compaction: compactionPartSchema,
    },
    unlisted: partBase,
  }),
);
