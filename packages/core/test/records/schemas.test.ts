import {
  fileDiffListSchema,
  filePartSourceSchema,
  messageErrorSchema,
  messageSchema,
  partSchema,
  permissionListSchema,
  projectSchema,
  type RecordSchema,
  sessionSchema,
  sessionShareSchema,
  todoListSchema,
  toolStateSchema,
} from "@stowage/core/records";
import { describe, expect, expectTypeOf, test } from "vitest";
import type * as z from "zod";
import type { Fields } from "../../src/records/form.ts";
import {
  assistant,
  compaction,
  project,
  samples,
  session,
  stepFinish,
  subtask,
  textPart,
  toolPart,
  user,
} from "./samples.ts";

function without(value: Record<string, unknown>, ...fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([field]) => !fields.includes(field)));
}

const named = samples.map((sample) => [sample.schema.name, sample.mandatory, sample] as const);

describe.each(named)("the schema %s", (_, mandatory, { schema, value }) => {
  test("accepts a record in both forms and hands back that very object", () => {
    expect(schema.strict.parse(value)).toBe(value);
    expect(schema.loose.parse(value)).toBe(value);
  });

  test(`refuses a record without ${mandatory} when strict`, () => {
    expect(schema.strict.safeParse(without(value, mandatory)).success).toBe(false);
  });

  test("refuses another field when strict and keeps it in its place when loose", () => {
    const more = { first: 1, ...value, last: { second: 2 } };
    expect(schema.strict.safeParse(more).success).toBe(false);
    expect(JSON.stringify(schema.loose.parse(more))).toBe(JSON.stringify(more));
  });

  test("refuses what is no object", () => {
    for (const other of [null, "text", 1, []]) expect(schema.loose.safeParse(other).success).toBe(false);
  });
});

const lists: [string, RecordSchema<unknown>, unknown[]][] = [
  ["todo", todoListSchema, [{ content: "c", status: "s", priority: "p", id: "1" }]],
  ["session_diff", fileDiffListSchema, [{ file: "a", before: "", after: "", additions: 0, deletions: 0 }]],
  ["permission", permissionListSchema, [{ permission: "a", pattern: "*", action: "ask" }]],
];

describe.each(lists)("the list of family %s", (_, schema, value) => {
  test("may be empty, and holds records of one kind only", () => {
    expect(schema.strict.parse(value)).toBe(value);
    expect(schema.strict.parse([])).toEqual([]);
    expect(schema.strict.safeParse([...value, {}]).success).toBe(false);
    expect(schema.loose.safeParse([...value, {}]).success).toBe(false);
    expect(schema.loose.safeParse({}).success).toBe(false);
  });
});

/** Only the loose form accepts these. */
const otherVersions: [string, RecordSchema<unknown>, unknown][] = [
  ["a session from before 0.6.10", sessionSchema, without(session, "projectID", "directory")],
  ["a summary that OpenCode migrated", sessionSchema, { ...session, summary: { additions: 1, deletions: 0 } }],
  ["a running tool from before 0.13.9", toolStateSchema, { status: "running", time: { start: 1 } }],
  ["an answer from before 0.15.31", messageSchema, without(assistant, "parentID")],
  ["the end of a step from before 0.15.31", partSchema, without(stepFinish, "reason")],
  ["a pending tool from before 1.0", partSchema, { ...toolPart, state: { status: "pending" } }],
  ["an aborted answer from before 1.0", messageErrorSchema, { name: "MessageAbortedError", data: {} }],
  ["a question from before 1.0.78", messageSchema, without(user, "agent", "model")],
  ["an answer with the system prompt of before 1.0.78", messageSchema, { ...assistant, system: ["be brief"] }],
  ["an answer without a mode", messageSchema, without(assistant, "mode")],
  [
    "a completed tool without title and metadata",
    partSchema,
    {
      ...toolPart,
      state: without(toolPart.state, "title", "metadata"),
    },
  ],
  ["a compaction from before 1.0.123", partSchema, without(compaction, "auto")],
  ["a project from before 1.0.150", projectSchema, { ...project, vcsDir: "/.git", time: { created: 1 } }],
  ["an answer from before 1.0.185", messageSchema, without(assistant, "agent")],
  ["a project from before 1.1", projectSchema, without(project, "sandboxes")],
  ["a session of 1.1.19", sessionSchema, { ...session, slug: "calm-cactus" }],
  ["a subtask of 1.1.25", partSchema, { ...subtask, model: { providerID: "p", modelID: "m" } }],
  ["a project icon of 1.1.27", projectSchema, { ...project, icon: { override: "o" } }],
  ["a project of 1.1.34", projectSchema, { ...project, commands: { start: "s" } }],
  [
    "a diff of 1.1.53",
    sessionSchema,
    {
      ...session,
      summary: { ...session.summary, diffs: [{ ...session.summary.diffs[0], status: "added" }] },
    },
  ],
  [
    "an answer of 1.1.59",
    messageSchema,
    {
      ...assistant,
      tokens: { ...assistant.tokens, total: 3 },
      variant: "high",
      error: { name: "ContextOverflowError", data: { message: "m" } },
    },
  ],
  ["a question of 1.1.62", messageSchema, { ...user, format: { type: "json_schema", schema: {} } }],
  [
    "an answer of 1.1.62",
    messageSchema,
    {
      ...assistant,
      structured: { a: 1 },
      error: { name: "StructuredOutputError", data: { message: "m", retries: 2 } },
    },
  ],
  ["an error body in the place of a share", sessionShareSchema, { error: "no" }],
  ["a session with an id that was not made by OpenCode", sessionSchema, { ...session, id: "mine" }],
  ["a part of a type that came later", partSchema, { ...without(textPart, "text"), type: "hologram" }],
  ["a tool in a status that came later", partSchema, { ...toolPart, state: { status: "paused" } }],
  ["an error with a name that came later", messageSchema, { ...assistant, error: { name: "NewError", data: 1 } }],
  ["a source of a type that came later", filePartSourceSchema, { type: "url", text: null }],
];

test.each(otherVersions)("%s passes the loose form as it is, and not the strict one", (_, schema, value) => {
  expect(schema.loose.parse(value)).toBe(value);
  expect(schema.strict.safeParse(value).success).toBe(false);
});

test.each([
  ["metadata of texts and tools, before 0.13.9", partSchema, without(toolPart, "metadata")],
  [
    "times of compaction and archival, before 0.8 and 1.0.150",
    sessionSchema,
    {
      ...session,
      time: { created: 1, updated: 2 },
    },
  ],
  [
    "summary, permission, share and revert",
    sessionSchema,
    without(session, "summary", "permission", "share", "revert"),
  ],
  ["error, finish, summary", messageSchema, without(assistant, "error", "finish", "summary")],
  ["command of a subtask, before 1.0.185", partSchema, without(subtask, "command")],
  ["variant, system, tools, summary", messageSchema, without(user, "variant", "system", "tools", "summary")],
] as [string, RecordSchema<unknown>, unknown][])("both forms do without %s", (_, schema, value) => {
  expect(schema.loose.parse(value)).toBe(value);
  expect(schema.strict.parse(value)).toBe(value);
});

describe("the loose form", () => {
  test.each([
    ["a part of a listed type", partSchema, without(textPart, "text")],
    ["a part of no listed type without the ids of all parts", partSchema, { type: "hologram", id: "prt_1" }],
    ["a tool in a listed status", toolStateSchema, { status: "error" }],
    ["a message of neither role", messageSchema, { ...user, role: "system" }],
    ["a newer field of another type", sessionSchema, { ...session, slug: 1 }],
  ] as [string, RecordSchema<unknown>, unknown][])("still refuses %s when it is wrong", (_, schema, value) => {
    expect(schema.loose.safeParse(value).success).toBe(false);
  });
});

test("an issue has the path of the field in the record of the caller", () => {
  const error = partSchema.strict.safeParse({ ...toolPart, state: { status: "pending", input: {} } }).error;
  expect(error?.issues[0]?.path).toEqual(["state", "raw"]);
});

test("a definition that differs from its type does not compile", () => {
  interface Pair {
    a: string;
    b?: number | undefined;
  }
  type Optional = z.ZodOptional<z.ZodType<number>>;
  expectTypeOf<{ a: z.ZodType<string>; b: Optional }>().toExtend<Fields<Pair>>();
  expectTypeOf<{ a: z.ZodType<string> }>().not.toExtend<Fields<Pair>>();
  expectTypeOf<{ a: z.ZodType<string>; b: z.ZodType<number> }>().not.toExtend<Fields<Pair>>();
  expectTypeOf<{ a: z.ZodType<number>; b: Optional }>().not.toExtend<Fields<Pair>>();
  expectTypeOf<{ a: z.ZodOptional<z.ZodType<string>>; b: Optional }>().not.toExtend<Fields<Pair>>();
});
