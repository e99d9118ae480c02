import * as z from "zod";
import { RecordSchema } from "./record-schema.ts";

/** The model provider refused the credentials, or there are none. */
export interface ProviderAuthError {
  name: "ProviderAuthError";
  data: { providerID: string; message: string };
}

export interface UnknownError {
  name: "UnknownError";
  data: { message: string };
}

/** The model's answer was longer than allowed. */
export interface MessageOutputLengthError {
  name: "MessageOutputLengthError";
  data: {};
}

/** The user ended the turn. */
export interface MessageAbortedError {
  name: "MessageAbortedError";
  /** Empty before 1.0. */
  data: { message?: string | undefined };
}

/** The model provider answered with an error. */
export interface APIError {
  name: "APIError";
  data: {
    message: string;
    statusCode?: number | undefined;
    isRetryable: boolean;
    responseHeaders?: Record<string, string> | undefined;
    responseBody?: string | undefined;
    /** `{ url }`, or `{ code, syscall, message }` of a broken connection. Written by 1.0.224 and later. */
    metadata?: Record<string, string> | undefined;
  };
}

/** The conversation no longer fits the model. Written by 1.1.59 and later. */
export interface ContextOverflowError {
  name: "ContextOverflowError";
  data: { message: string; responseBody?: string | undefined };
}

/** The model did not keep to the format that was asked for. Written by 1.1.62 and later. */
export interface StructuredOutputError {
  name: "StructuredOutputError";
  data: { message: string; retries: number };
}

/**
 * Why an answer failed. The loose schema lets errors of other names through, so a `switch` over `name` needs a default
 * branch.
 */
export type MessageError =
  | ProviderAuthError
  | UnknownError
  | MessageOutputLengthError
  | MessageAbortedError
  | APIError
  | ContextOverflowError
  | StructuredOutputError;

export const providerAuthErrorSchema: RecordSchema<ProviderAuthError> = new RecordSchema("ProviderAuthError", (form) =>
  form.object<ProviderAuthError>({
    name: z.literal("ProviderAuthError"),
    data: form.object({ providerID: z.string(), message: z.string() }),
  }),
);

export const unknownErrorSchema: RecordSchema<UnknownError> = new RecordSchema("UnknownError", (form) =>
  form.object<UnknownError>({ name: z.literal("UnknownError"), data: form.object({ message: z.string() }) }),
);

export const messageOutputLengthErrorSchema: RecordSchema<MessageOutputLengthError> = new RecordSchema(
  "MessageOutputLengthError",
  (form) =>
    form.object<MessageOutputLengthError>({ name: z.literal("MessageOutputLengthError"), data: form.object({}) }),
);

export const messageAbortedErrorSchema: RecordSchema<MessageAbortedError> = new RecordSchema(
  "MessageAbortedError",
  (form) =>
    form.object<MessageAbortedError>({
      name: z.literal("MessageAbortedError"),
      data: form.object({ message: form.later(z.string()) }),
    }),
);

export const apiErrorSchema: RecordSchema<APIError> = new RecordSchema("APIError", (form) =>
  form.object<APIError>({
    name: z.literal("APIError"),
    data: form.object({
      message: z.string(),
      statusCode: z.number().optional(),
      isRetryable: z.boolean(),
      responseHeaders: z.record(z.string(), z.string()).optional(),
      responseBody: z.string().optional(),
      metadata: z.record(z.string(), z.string()).optional(),
    }),
  }),
);

export const contextOverflowErrorSchema: RecordSchema<ContextOverflowError> = new RecordSchema(
  "ContextOverflowError",
  (form) =>
    form.object<ContextOverflowError>({
      name: z.literal("ContextOverflowError"),
      data: form.object({ message: z.string(), responseBody: z.string().optional() }),
    }),
);

export const structuredOutputErrorSchema: RecordSchema<StructuredOutputError> = new RecordSchema(
  "StructuredOutputError",
  (form) =>
    form.object<StructuredOutputError>({
      name: z.literal("StructuredOutputError"),
      data: form.object({ message: z.string(), retries: z.number() }),
    }),
);

export const messageErrorSchema: RecordSchema<MessageError> = new RecordSchema("MessageError", (form) =>
  form.variants<MessageError>({
    field: "name",
    members: {
      ProviderAuthError: providerAuthErrorSchema,
      UnknownError: unknownErrorSchema,
      MessageOutputLengthError: messageOutputLengthErrorSchema,
      MessageAbortedError: messageAbortedErrorSchema,
      APIError: apiErrorSchema,
    },
    otherMembers: {
      ContextOverflowError: contextOverflowErrorSchema,
      StructuredOutputError: structuredOutputErrorSchema,
    },
    unlisted: {},
  }),
);
