import { families, type FormName, familyOf, schemaFor } from "@stowage/core/records";
import { describe, expect, test } from "vitest";
import { corpus, type CorpusName } from "./corpus.ts";

/** How many records a form accepts, and the keys of those that do not come back with the text that they had. */
function parsed(name: CorpusName, form: FormName): { accepted: number; changed: string[] } {
  const changed: string[] = [];
  let accepted = 0;
  for (const { key, text } of corpus(name)) {
    const result = schemaFor(key, form)!.safeParse(JSON.parse(text));
    if (!result.success) continue;
    accepted++;
    if (JSON.stringify(result.data, null, 2) !== text) changed.push(key.join("/"));
  }
  return { accepted, changed };
}

describe("records that OpenCode wrote", () => {
  test.each([
    ["opencode-1.1.16", 1524],
    ["opencode-1.1.65", 839],
    ["sample-1.1.16", 169],
  ] as const)("of %s pass the loose schemas, all %d, and keep their text", (name, count) => {
    expect(corpus(name)).toHaveLength(count);
    expect(parsed(name, "loose")).toEqual({ accepted: count, changed: [] });
  });

  test.each([
    ["opencode-1.1.16", 1524],
    ["sample-1.1.16", 169],
    // The others have fields that came later: slug, status, tokens.total, and an error that 1.1.18 does not know.
    ["opencode-1.1.65", 547],
  ] as const)("of %s pass the strict schemas, %d of them, and keep their text", (name, count) => {
    expect(parsed(name, "strict")).toEqual({ accepted: count, changed: [] });
  });

  test("belong to seven families, each with its key shape", () => {
    const found = new Set(corpus("opencode-1.1.16").map(({ key }) => familyOf(key)));
    expect([...found].sort()).toEqual([
      "message",
      "part",
      "project",
      "session",
      "session_diff",
      "session_share",
      "todo",
    ]);
  });
});

describe("families", () => {
  test("name the ids of their keys", () => {
    expect(families.part.ids).toEqual(["messageID", "partID"]);
    expect(familyOf(["part", "msg_1", "prt_1"])).toBe("part");
    expect(familyOf(["permission", "global"])).toBe("permission");
  });

  test.each([[[]], [["part", "msg_1"]], [["todo", "ses_1", "x"]], [["plugin", "x"]], [["constructor", "x"]]])(
    "have no place for the key %j",
    (key) => {
      expect(familyOf(key)).toBeUndefined();
      expect(schemaFor(key, "loose")).toBeUndefined();
    },
  );
});
