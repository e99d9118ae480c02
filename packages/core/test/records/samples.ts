import {
  agentPartSchema,
  apiErrorSchema,
  assistantMessageSchema,
  compactionPartSchema,
  fileDiffSchema,
  filePartSchema,
  filePartSourceSchema,
  fileSourceSchema,
  messageAbortedErrorSchema,
  messageErrorSchema,
  messageOutputLengthErrorSchema,
  messageSchema,
  partSchema,
  patchPartSchema,
  permissionRuleSchema,
  projectSchema,
  providerAuthErrorSchema,
  reasoningPartSchema,
  type RecordSchema,
  resourceSourceSchema,
  retryPartSchema,
  sessionSchema,
  sessionShareSchema,
  shareSchema,
  snapshotPartSchema,
  sourceTextSchema,
  stepFinishPartSchema,
  stepStartPartSchema,
  subtaskPartSchema,
  symbolSourceSchema,
  textPartSchema,
  todoSchema,
  tokensSchema,
  toolPartSchema,
  toolStateCompletedSchema,
  toolStateErrorSchema,
  toolStatePendingSchema,
  toolStateRunningSchema,
  toolStateSchema,
  unknownErrorSchema,
  userMessageSchema,
} from "@stowage/core/records";

/** A schema with a value that both forms accept and a field that the strict form does not do without. */
export interface Sample {
  readonly schema: RecordSchema<unknown>;
  readonly value: Record<string, unknown>;
  readonly mandatory: string;
}

const base = { id: "prt_1", sessionID: "ses_1", messageID: "msg_1" };
const text = { value: "@a", start: 0, end: 2 };
const tokens = { input: 1, output: 2, reasoning: 0, cache: { read: 0, write: 0 } };
const diff = { file: "a", before: "", after: "x", additions: 1, deletions: 0 };
const apiError = { name: "APIError", data: { message: "m", isRetryable: false, metadata: { url: "u" } } };
const fileSource = { text, type: "file", path: "a" };
const file = { ...base, type: "file", mime: "text/plain", url: "file:///a", source: fileSource };
const start = { line: 0, character: 0 };
const completed = {
  status: "completed",
  input: { odd: null },
  output: "",
  title: "t",
  metadata: {},
  time: { start: 1, end: 2, compacted: 3 },
  attachments: [file],
};

export const project = { id: "global", worktree: "/", sandboxes: [], time: { created: 1, updated: 2 } };
export const session = {
  id: "ses_1",
  version: "1.1.18",
  projectID: "global",
  directory: "/",
  parentID: "ses_0",
  title: "t",
  permission: [{ permission: "edit", action: "deny", pattern: "*" }],
  time: { created: 1, updated: 2, compacting: 3, archived: 4 },
  summary: { additions: 0, deletions: 0, files: 0, diffs: [diff] },
  share: { id: "1", url: "u", secret: "s" },
  revert: { messageID: "msg_1", partID: "prt_1", snapshot: "s", diff: "d" },
};
export const user = {
  id: "msg_1",
  sessionID: "ses_1",
  role: "user",
  time: { created: 1 },
  summary: { title: "t", body: "b", diffs: [diff] },
  agent: "build",
  model: { providerID: "p", modelID: "m" },
  system: "s",
  tools: { bash: false },
  variant: "high",
};
export const assistant = {
  id: "msg_2",
  sessionID: "ses_1",
  role: "assistant",
  time: { created: 1, completed: 2 },
  error: apiError,
  parentID: "msg_1",
  modelID: "m",
  providerID: "p",
  mode: "build",
  agent: "build",
  path: { cwd: "/", root: "/" },
  summary: true,
  cost: 0.5,
  tokens,
  finish: "stop",
};
export const toolPart = { ...base, type: "tool", callID: "c", tool: "bash", state: completed, metadata: {} };
export const stepFinish = { ...base, type: "step-finish", reason: "stop", snapshot: "s", cost: 0, tokens };
export const compaction = { ...base, type: "compaction", auto: true };
export const subtask = { ...base, type: "subtask", prompt: "p", description: "d", agent: "a", command: "c" };
export const textPart = { ...base, type: "text", text: "t", synthetic: true, ignored: false, time: { start: 1 } };

export const samples: readonly Sample[] = [
  { schema: projectSchema, value: project, mandatory: "sandboxes" },
  { schema: sessionSchema, value: session, mandatory: "directory" },
  { schema: permissionRuleSchema, value: { permission: "a", pattern: "*", action: "ask" }, mandatory: "action" },
  { schema: fileDiffSchema, value: diff, mandatory: "before" },
  { schema: todoSchema, value: { content: "c", status: "s", priority: "p", id: "1" }, mandatory: "priority" },
  { schema: sessionShareSchema, value: { id: "1", url: "u", secret: "s" }, mandatory: "secret" },
  { schema: shareSchema, value: { secret: "s", url: "u" }, mandatory: "secret" },
  { schema: userMessageSchema, value: user, mandatory: "model" },
  { schema: assistantMessageSchema, value: assistant, mandatory: "parentID" },
  { schema: messageSchema, value: user, mandatory: "agent" },
  { schema: messageSchema, value: assistant, mandatory: "role" },
  { schema: tokensSchema, value: tokens, mandatory: "cache" },
  ...[
    {
      schema: providerAuthErrorSchema,
      value: { name: "ProviderAuthError", data: { providerID: "p", message: "m" } },
    },
    { schema: unknownErrorSchema, value: { name: "UnknownError", data: { message: "m" } } },
    { schema: messageOutputLengthErrorSchema, value: { name: "MessageOutputLengthError", data: {} } },
    { schema: messageAbortedErrorSchema, value: { name: "MessageAbortedError", data: { message: "m" } } },
    { schema: apiErrorSchema, value: apiError },
  ].flatMap(({ schema, value }): Sample[] => [
    { schema, value, mandatory: "data" },
    { schema: messageErrorSchema, value, mandatory: "name" },
  ]),
  ...[
    { schema: textPartSchema, value: textPart, mandatory: "text" },
    { schema: subtaskPartSchema, value: subtask, mandatory: "agent" },
    {
      schema: reasoningPartSchema,
      value: { ...base, type: "reasoning", text: "t", time: { start: 1 } },
      mandatory: "time",
    },
    { schema: filePartSchema, value: file, mandatory: "url" },
    { schema: toolPartSchema, value: toolPart, mandatory: "state" },
    { schema: stepStartPartSchema, value: { ...base, type: "step-start", snapshot: "s" }, mandatory: "messageID" },
    { schema: stepFinishPartSchema, value: stepFinish, mandatory: "reason" },
    { schema: snapshotPartSchema, value: { ...base, type: "snapshot", snapshot: "s" }, mandatory: "snapshot" },
    { schema: patchPartSchema, value: { ...base, type: "patch", hash: "h", files: ["/a"] }, mandatory: "files" },
    { schema: agentPartSchema, value: { ...base, type: "agent", name: "n", source: text }, mandatory: "name" },
    {
      schema: retryPartSchema,
      value: { ...base, type: "retry", attempt: 1, error: apiError, time: { created: 1 } },
      mandatory: "error",
    },
    { schema: compactionPartSchema, value: compaction, mandatory: "auto" },
  ].flatMap((sample): Sample[] => [sample, { ...sample, schema: partSchema }]),
  { schema: sourceTextSchema, value: text, mandatory: "end" },
  ...[
    { schema: fileSourceSchema, value: fileSource, mandatory: "path" },
    {
      schema: symbolSourceSchema,
      value: { text, type: "symbol", path: "a", range: { start, end: start }, name: "n", kind: 1 },
      mandatory: "range",
    },
    { schema: resourceSourceSchema, value: { text, type: "resource", clientName: "c", uri: "u" }, mandatory: "uri" },
  ].flatMap((sample): Sample[] => [sample, { ...sample, schema: filePartSourceSchema }]),
  ...[
    { schema: toolStatePendingSchema, value: { status: "pending", input: {}, raw: "" }, mandatory: "raw" },
    {
      schema: toolStateRunningSchema,
      value: { status: "running", input: {}, time: { start: 1 } },
      mandatory: "input",
    },
    { schema: toolStateCompletedSchema, value: completed, mandatory: "title" },
    {
      schema: toolStateErrorSchema,
      value: { status: "error", input: {}, error: "e", time: { start: 1, end: 2 } },
      mandatory: "error",
    },
  ].flatMap((sample): Sample[] => [sample, { ...sample, schema: toolStateSchema }]),
];
