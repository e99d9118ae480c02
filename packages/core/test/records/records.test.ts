import { isStorageError, type Key, memory, type StorageError, Store } from "@stowage/core";
import { type Message, type Part, records, type Session } from "@stowage/core/records";
import { beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { corpus } from "./corpus.ts";
import { assistant, session as sample, textPart, user } from "./samples.ts";

const session = sample as Session;
let store: Store;

beforeEach(() => {
  store = new Store(memory());
});

function withID<T>(value: T, id: string, more: object = {}): T {
  return { ...value, id, ...more };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("a family", () => {
  test("writes under its key what the plain store then reads, unknown fields and order included", async () => {
    const value = { later: true, ...session };
    await records(store).session.write("global", "ses_1", value);
    expect(JSON.stringify(await store.read(["session", "global", "ses_1"]))).toBe(JSON.stringify(value));
    expect(records(store).session.key("global", "ses_1")).toEqual(["session", "global", "ses_1"]);
  });

  test("reads with types", async () => {
    const { session: sessions, todo } = records(store);
    await sessions.write("global", "ses_1", session);
    const read = await sessions.read("global", "ses_1");
    expectTypeOf(read).toEqualTypeOf<Session>();
    expect(read).toEqual(session);
    expect(await sessions.get("global", "ses_1")).toMatchObject({ value: session, version: expect.any(String) });
    expect(await todo.get("ses_1")).toBeUndefined();
    await expect(todo.read("ses_1")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("refuses to write what its loose schema refuses, and says where it is wrong", async () => {
    const bad = { ...session, time: { created: 1 } } as Session;
    const error = await records(store)
      .session.write("global", "ses_1", bad)
      .catch((cause: unknown) => cause);
    expect(isStorageError(error, "INVALID_VALUE")).toBe(true);
    expect((error as StorageError).message).toBe(
      'Cannot write "session/global/ses_1": the value is no Session, time.updated: Invalid input: expected number, received undefined',
    );
    expect((error as StorageError).key).toEqual(["session", "global", "ses_1"]);
    expect(await store.list([])).toEqual([]);
  });

  test("names the wrong field of the union member that a record means to be", async () => {
    const part = { ...textPart, text: 1 } as unknown as Part;
    await expect(records(store).part.write("msg_1", "prt_1", part)).rejects.toThrow(/no Part, text: .*expected string/);
    const tool = { ...textPart, type: "tool", callID: "c", tool: "t", state: { status: "pending", input: 1 } };
    await expect(records(store).part.write("msg_1", "prt_1", tool as unknown as Part)).rejects.toThrow(
      /state\.input: /,
    );
    await expect(records(store).part.write("msg_1", "prt_1", { type: "x" } as unknown as Part)).rejects.toThrow(
      / id: /,
    );
  });

  test("updates a draft in place or by a result", async () => {
    const { session: sessions } = records(store);
    await sessions.write("global", "ses_1", session);
    const renamed = await sessions.update("global", "ses_1", (draft) => {
      draft.title = "other";
      draft.revert = undefined;
    });
    expect(renamed.title).toBe("other");
    expect(renamed).not.toHaveProperty("revert");
    await sessions.update("global", "ses_1", (draft) => ({ ...draft, title: "third" }));
    expect((await sessions.read("global", "ses_1")).title).toBe("third");
  });

  test("leaves the record alone when an update ends in what the schema refuses, or in a promise", async () => {
    const { session: sessions } = records(store);
    await sessions.write("global", "ses_1", session);
    const wrong = sessions.update("global", "ses_1", (draft) => ({ ...draft, title: 1 as unknown as string }));
    await expect(wrong).rejects.toMatchObject({ code: "INVALID_VALUE", key: ["session", "global", "ses_1"] });
    const late = sessions.update("global", "ses_1", (async () => {
      throw new Error("nobody hears this");
    }) as unknown as () => void);
    await expect(late).rejects.toThrow(/promise/);
    expect(await sessions.read("global", "ses_1")).toEqual(session);
  });

  test("removes one record", async () => {
    const { todo } = records(store);
    await todo.write("ses_1", []);
    await todo.remove("ses_1");
    await todo.remove("ses_1");
    expect(await todo.list()).toEqual([]);
  });

  test("lists the ids of its records only, below all parents or one", async () => {
    const { session: sessions } = records(store);
    for (const project of ["a", "b"]) await sessions.write(project, "ses_1", session);
    await store.write(["session", "a", "ses_1", "notes"], "of a plugin");
    expect(await sessions.list()).toEqual([
      ["a", "ses_1"],
      ["b", "ses_1"],
    ]);
    expect(await sessions.list(["b"])).toEqual([["b", "ses_1"]]);
    const entries = await all(sessions.entries(["a"]));
    expect(entries.map(({ key }) => key)).toEqual([["session", "a", "ses_1"]]);
  });
});

describe("a stored value that the schema refuses", () => {
  const keys = ["ses_1", "ses_2", "ses_3", "ses_4"].map((id): Key => ["session", "global", id]);

  beforeEach(async () => {
    for (const key of keys) await store.write(key, withID(session, key[2]!));
    await store.write(keys[1]!, {});
  });

  test("is reported as CORRUPT and left as it is", async () => {
    const { session: sessions } = records(store);
    await expect(sessions.read("global", "ses_2")).rejects.toMatchObject({ code: "CORRUPT", key: keys[1] });
    await expect(sessions.get("global", "ses_2")).rejects.toMatchObject({ code: "CORRUPT" });
    await expect(sessions.update("global", "ses_2", () => session)).rejects.toMatchObject({ code: "CORRUPT" });
    await expect(all(sessions.entries(["global"]))).rejects.toMatchObject({ code: "CORRUPT" });
    expect(await store.read(keys[1]!)).toEqual({});
  });

  test.each([false, true])("goes to onCorrupt and does not count towards the limit (reverse: %j)", async (reverse) => {
    const errors: StorageError[] = [];
    const options = { limit: 3, reverse, onCorrupt: (error: StorageError) => void errors.push(error) };
    const found = await all(records(store).session.entries(["global"], options));
    const ids = found.map(({ key }) => key[2]);
    expect(ids).toEqual(reverse ? ["ses_4", "ses_3", "ses_1"] : ["ses_1", "ses_3", "ses_4"]);
    expect(errors.map(({ code, key }) => [code, key])).toEqual([["CORRUPT", keys[1]]]);
    expect(await all(records(store).session.entries(["global"], { ...options, limit: 0 }))).toEqual([]);
  });

  test("is handed out unchecked when asked", async () => {
    const { session: sessions } = records(store, { onInvalid: "pass" });
    expect(await sessions.read("global", "ses_2")).toEqual({});
    expect(await all(sessions.entries())).toHaveLength(4);
    await expect(sessions.write("global", "ses_5", {} as Session)).rejects.toMatchObject({ code: "INVALID_VALUE" });
  });
});

describe("the messages of a session", () => {
  /** More than one sweep takes. */
  const count = 70;
  const id = (prefix: string, index: number): string => `${prefix}_${String(index).padStart(3, "0")}`;

  beforeEach(async () => {
    const { message, part } = records(store);
    for (let index = 0; index < count; index++) {
      const messageID = id("msg", index);
      await message.write("ses_1", messageID, withID((index % 2 === 0 ? user : assistant) as Message, messageID));
      for (let n = 0; n < index % 3; n++) {
        await part.write(messageID, id("prt", n), withID(textPart as Part, id("prt", n), { messageID }));
      }
    }
    await part.write("msg_orphan", "prt_1", textPart as Part);
  });

  test("come with their parts, in the order of keys", async () => {
    const found = await all(records(store).messages("ses_1"));
    expect(found.map(({ info }) => info.id)).toEqual(Array.from({ length: count }, (_, index) => id("msg", index)));
    expect(found.map(({ parts }) => parts.length)).toEqual(Array.from({ length: count }, (_, index) => index % 3));
    expect(found[5]!.parts.map(({ id, messageID }) => [id, messageID])).toEqual([
      ["prt_000", "msg_005"],
      ["prt_001", "msg_005"],
    ]);
  });

  test("come newest first and by pages, their parts always in order", async () => {
    const page = await all(
      records(store).messages("ses_1", { limit: 2, reverse: true, before: ["message", "ses_1", "msg_006"] }),
    );
    expect(page.map(({ info, parts }) => [info.id, parts.map((part) => part.id)])).toEqual([
      ["msg_005", ["prt_000", "prt_001"]],
      ["msg_004", ["prt_000"]],
    ]);
  });

  test("are none for a session that is not there", async () => {
    expect(await all(records(store).messages("ses_2"))).toEqual([]);
  });
});

describe("removing a session", () => {
  test("takes its children and all that belongs to them, and nothing else", async () => {
    for (const { key, text } of corpus("opencode-1.1.16")) await store.write(key, JSON.parse(text));
    const { session: sessions, message, part, removeSession } = records(store);
    const entries = await all(sessions.entries());
    const child = entries.find(({ value }) => value.parentID !== undefined)!;
    const [, projectID] = child.key as [string, string, string];
    const parentID = child.value.parentID!;
    const messageIDs = (await message.list([parentID])).map(([, messageID]) => messageID);
    expect(messageIDs.length).toBeGreaterThan(0);
    const gone = await removeSession(projectID, parentID);
    expect(gone).toContain(child.key[2]);
    expect(gone.at(-1)).toBe(parentID);
    const left = await store.list([]);
    expect(left.filter((key) => key.some((segment) => gone.includes(segment)))).toEqual([]);
    for (const messageID of messageIDs) expect(await part.list([messageID])).toEqual([]);
    expect(await sessions.list()).toHaveLength(entries.length - gone.length);
    expect(await removeSession(projectID, parentID)).toEqual([parentID]);
    expect(await store.list([])).toEqual(left);
  });

  test("ends for sessions that name each other as parents", async () => {
    const { session: sessions, removeSession } = records(store);
    await sessions.write("global", "ses_1", withID(session, "ses_1", { parentID: "ses_2" }));
    await sessions.write("global", "ses_2", withID(session, "ses_2", { parentID: "ses_1" }));
    await sessions.write("global", "ses_3", withID(session, "ses_3", { parentID: "ses_2" }));
    expect((await removeSession("global", "ses_1")).sort()).toEqual(["ses_1", "ses_2", "ses_3"]);
    expect(await store.list([])).toEqual([]);
  });
});
