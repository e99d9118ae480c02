export { families, type Family, type FamilyName, familyOf, type FamilyTypes, schemaFor } from "./families.ts";
export { type FileDiff, fileDiffListSchema, fileDiffSchema } from "./file-diff.ts";
export {
  type FilePart,
  filePartSchema,
  type FilePartSource,
  filePartSourceSchema,
  type FileSource,
  fileSourceSchema,
  type PartBase,
  type Position,
  type ResourceSource,
  resourceSourceSchema,
  type SourceText,
  sourceTextSchema,
  type SymbolSource,
  symbolSourceSchema,
} from "./file-part.ts";
export type { FormName } from "./form.ts";
export {
  createID,
  type CreateIDOptions,
  IDGenerator,
  type IDGeneratorOptions,
  type IDOrder,
  type IDPrefix,
  idWrapMs,
  type ParsedID,
  parseID,
  timeOfID,
} from "./ids.ts";
export {
  type APIError,
  apiErrorSchema,
  type ContextOverflowError,
  contextOverflowErrorSchema,
  type MessageAbortedError,
  messageAbortedErrorSchema,
  type MessageError,
  messageErrorSchema,
  type MessageOutputLengthError,
  messageOutputLengthErrorSchema,
  type ProviderAuthError,
  providerAuthErrorSchema,
  type StructuredOutputError,
  structuredOutputErrorSchema,
  type UnknownError,
  unknownErrorSchema,
} from "./message-error.ts";
export {
  type AssistantMessage,
  assistantMessageSchema,
  type Message,
  messageSchema,
  type ModelRef,
  type UserMessage,
  userMessageSchema,
  type UserSummary,
} from "./message.ts";
export {
  type AgentPart,
  agentPartSchema,
  type Part,
  partSchema,
  type ReasoningPart,
  reasoningPartSchema,
  type SubtaskPart,
  subtaskPartSchema,
  type TextPart,
  textPartSchema,
  type ToolPart,
  toolPartSchema,
} from "./part.ts";
export { permissionListSchema, type PermissionRule, permissionRuleSchema } from "./permission.ts";
export { type Project, type ProjectIcon, projectSchema, type ProjectTime } from "./project.ts";
export type { RecordSchema } from "./record-schema.ts";
export { type MessageWithParts, type Records, records, type TypedFamilies } from "./records.ts";
export {
  type Session,
  type SessionRevert,
  sessionSchema,
  type SessionShareLink,
  type SessionSummary,
  type SessionTime,
} from "./session.ts";
export { type SessionShare, sessionShareSchema, type Share, shareSchema } from "./share.ts";
export {
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
export { type Todo, todoListSchema, todoSchema } from "./todo.ts";
export { type Tokens, tokensSchema } from "./tokens.ts";
export {
  type ToolState,
  type ToolStateCompleted,
  toolStateCompletedSchema,
  type ToolStateError,
  toolStateErrorSchema,
  type ToolStatePending,
  toolStatePendingSchema,
  type ToolStateRunning,
  toolStateRunningSchema,
  toolStateSchema,
} from "./tool-state.ts";
export { type Parents, type RecordsOptions, type TypedFamily } from "./typed-family.ts";
