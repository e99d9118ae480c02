import * as z from "zod";
import { type FileDiff, fileDiffSchema } from "./file-diff.ts";
import { type MessageError, messageErrorSchema } from "./message-error.ts";
import { RecordSchema } from "./record-schema.ts";
import { type Tokens, tokensSchema } from "./tokens.ts";

/** A model of a provider. */
export interface ModelRef {
  providerID: string;
  modelID: string;
}

/** What a user asked. Its words are in its parts. */
export interface UserMessage {
  id: string;
  sessionID: string;
  role: "user";
  time: { created: number };
  /** Set when the turn has ended. */
  summary?: UserSummary | undefined;
  /** The output format that was asked for; written by 1.1.62 and later. */
  format?: unknown;
  /** Absent before 1.0.78. */
  agent?: string | undefined;
  /** Absent before 1.0.78. */
  model?: ModelRef | undefined;
  system?: string | undefined;
  tools?: Record<string, boolean> | undefined;
  variant?: string | undefined;
}

export interface UserSummary {
  title?: string | undefined;
  /** No longer made by 1.1.16, and still allowed. */
  body?: string | undefined;
  /** Holds whole files, of any length. */
  diffs: FileDiff[];
}

/** What an agent answered. Its words and tool calls are in its parts. */
export interface AssistantMessage {
  id: string;
  sessionID: string;
  role: "assistant";
  /** Without `completed` the answer is still being made, or its server died. */
  time: { created: number; completed?: number | undefined };
  error?: MessageError | undefined;
  /** The user message that this answers. Absent before 0.15.31. */
  parentID?: string | undefined;
  modelID: string;
  providerID: string;
  /** The system prompt; written before 1.0.78. */
  system?: string[] | undefined;
  /** The name of the agent, `"compaction"` for a compaction. Absent in some old records. */
  mode?: string | undefined;
  /** Absent before 1.0.185. */
  agent?: string | undefined;
  path: { cwd: string; root: string };
  /** `true` for the answer that a compaction made. */
  summary?: boolean | undefined;
  cost: number;
  tokens: Tokens;
  /** What the model was asked to give in the user's format; written by 1.1.62 and later. */
  structured?: unknown;
  /** Written by 1.1.59 and later. */
  variant?: string | undefined;
  /** Why the model stopped: `"stop"`, `"tool-calls"`, `"length"`, `"unknown"` and others. */
  finish?: string | undefined;
}

/** Told apart by `role`. */
export type Message = UserMessage | AssistantMessage;

export const userMessageSchema: RecordSchema<UserMessage> = new RecordSchema("UserMessage", (form) =>
  form.object<UserMessage>({
    id: z.string(),
    sessionID: z.string(),
    role: z.literal("user"),
    time: form.object({ created: z.number() }),
    summary: form
      .object<UserSummary>({
        title: z.string().optional(),
        body: z.string().optional(),
        diffs: z.array(form.use(fileDiffSchema)),
      })
      .optional(),
    format: form.other(z.unknown()),
    agent: form.later(z.string()),
    model: form.later(form.object<ModelRef>({ providerID: z.string(), modelID: z.string() })),
    system: z.string().optional(),
    tools: z.record(z.string(), z.boolean()).optional(),
    variant: z.string().optional(),
  }),
);

export const assistantMessageSchema: RecordSchema<AssistantMessage> = new RecordSchema("AssistantMessage", (form) =>
  form.object<AssistantMessage>({
    id: z.string(),
    sessionID: z.string(),
    role: z.literal("assistant"),
    time: form.object({ created: z.number(), completed: z.number().optional() }),
    error: form.use(messageErrorSchema).optional(),
    parentID: form.later(z.string()),
    modelID: z.string(),
    providerID: z.string(),
    system: form.other(z.array(z.string())),
    mode: form.later(z.string()),
    agent: form.later(z.string()),
    path: form.object({ cwd: z.string(), root: z.string() }),
    summary: z.boolean().optional(),
    cost: z.number(),
    tokens: form.use(tokensSchema),
    structured: form.other(z.unknown()),
    variant: form.other(z.string()),
    finish: z.string().optional(),
  }),
);

export const messageSchema: RecordSchema<Message> = new RecordSchema("Message", (form) =>
  form.variants<Message>({
    field: "role",
    members: { user: userMessageSchema, assistant: assistantMessageSchema },
  }),
);
