import { readdirSync, readFileSync } from "node:fs";
import { families, sessionSchema } from "@stowage/core/records";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { schemaFiles, schemaFolder } from "../../scripts/write-schemas.ts";
import { corpus } from "./corpus.ts";

describe("the JSON Schema files", () => {
  test("are what scripts/write-schemas.ts writes, two for each family", () => {
    const committed = readdirSync(schemaFolder).map((name) => [name, readFileSync(schemaFolder + name, "utf8")]);
    expect(new Map(committed as [string, string][])).toEqual(schemaFiles());
    expect(committed).toHaveLength(2 * Object.keys(families).length);
  });

  test.each(["loose", "strict"] as const)("in the %s form accept every record of 1.1.16", (form) => {
    const schemas = new Map<string, z.ZodType>();
    for (const { name, schema } of Object.values(families)) {
      schemas.set(name, z.fromJSONSchema(schema.toJSONSchema(form)));
    }
    const records = corpus("opencode-1.1.16");
    const refused = records.filter(({ key, text }) => !schemas.get(key[0]!)!.safeParse(JSON.parse(text)).success);
    expect(refused).toEqual([]);
  });

  test("refuse a part of a listed type that lacks a field, also in the loose form", () => {
    const schema = z.fromJSONSchema(families.part.schema.toJSONSchema("loose"));
    const base = { id: "prt_1", sessionID: "ses_1", messageID: "msg_1" };
    expect(schema.safeParse({ ...base, type: "text" }).success).toBe(false);
    expect(schema.safeParse({ ...base, type: "hologram" }).success).toBe(true);
  });
});

test("a schema inside a schema of the caller has a JSON Schema of its own", () => {
  const json = z.toJSONSchema(z.object({ sessions: z.array(sessionSchema.strict) }));
  expect(json).toMatchObject({
    properties: { sessions: { items: { type: "object", additionalProperties: false } } },
  });
});
