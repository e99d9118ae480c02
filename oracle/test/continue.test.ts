import { readFileSync } from "node:fs";
import { join } from "node:path";

import { nameOf } from "@stowage/core";
import { expect, it } from "vitest";

import { changes, untilQuiet } from "../folder.ts";
import { Home } from "../home.ts";
import { ScriptedModel } from "../model.ts";
import { describeWithOpenCode } from "../opencode.ts";
import { openFolder, writeRecords } from "../records.ts";
import { Server } from "../server.ts";

interface Message {
  readonly info: { readonly id: string; readonly role: string };
  readonly parts: readonly {
    readonly id: string;
    readonly type: string;
    readonly state?: { readonly status: string };
  }[];
}

const projectID = "ae943c79e7670ddbb6146d6d5ade2741ea9fd69b";
/** Eight messages, whose texts hold about everything that Unicode has. */
const sessionID = "ses_dfdd58274ffeQhaawqjgmL4YdR";
const lastMessageID = "msg_2022a8d80001q5QJY6zpTt2WlX";

const sampleKey = ["session", "7bd7a860846f2dc2fb4624ab87d00fabaf60af29", "ses_dfdd5524effeQ31UDclxwDLZhU"] as const;

const replyText = "Continued, as asked. 続けます 🙂";
const answers = [
  { text: "One command first.", tool: { name: "bash", args: { command: "echo from-bash", description: "Says so" } } },
  { text: replyText },
];
const prompt = {
  model: { providerID: "scripted", modelID: "large" },
  agent: "build",
  parts: [{ type: "text", text: "Please go on" }],
};

describeWithOpenCode("OpenCode 1.1.16 on records that Stowage wrote", (binary) => {
  // Its ids hold 36 bits of the time and start again from 0 every 795 days. OpenCode doesn't answer in a session whose
  // messages have higher ids than the new one, whoever wrote them. A fork has new ids, so it always works.
  const idsRise = lastMessageID < idNow("msg");
  it.skipIf(!idsRise)(
    `continues a session${idsRise ? "" : " (the ids of today are lower than those of the fixture)"}`,
    async () => {
      await using model = await ScriptedModel.start();
      using home = new Home(model.url);
      await writeRecords("opencode-1.1.16", home.storage);
      await using server = await Server.start(binary, home);
      await expectContinuation(server, model, sessionID);
    },
  );

  it("forks a session and continues the fork", async () => {
    await using model = await ScriptedModel.start();
    using home = new Home(model.url);
    await writeRecords("opencode-1.1.16", home.storage);
    await using server = await Server.start(binary, home);
    const source = await messagesOf(server, sessionID);
    const fork = await server.call<{ id: string }>("POST", `/session/${sessionID}/fork`, projectID, {});
    const copies = await messagesOf(server, fork.id);
    expect(copies.map(partsWithoutIds)).toEqual(source.map(partsWithoutIds));
    await expectContinuation(server, model, fork.id);
  });

  it("sees at once what Stowage writes beside it", async () => {
    using home = new Home();
    await writeRecords("sample-1.1.16", home.storage);
    await using store = await openFolder(home.storage);
    await using server = await Server.start(binary, home);
    const [, project, session] = sampleKey;
    await server.call("GET", `/session/${session}`, project);
    await store.update<{ title: string }>(sampleKey, (draft) => {
      draft.title = "Renamed from outside";
    });
    expect(await server.call("GET", `/session/${session}`, project)).toMatchObject({ title: "Renamed from outside" });
    await server.call("PATCH", `/session/${session}`, project, { title: "Renamed by OpenCode" });
    expect(await store.read(sampleKey)).toMatchObject({ title: "Renamed by OpenCode" });
  });
});

/** Sends one prompt, answered in two steps with a tool call, and checks what became of the records. */
async function expectContinuation(server: Server, model: ScriptedModel, id: string): Promise<void> {
  const { storage } = server.home;
  const oldMessages = await messagesOf(server, id);
  const before = await untilQuiet(storage);
  model.script(...answers);
  const reply = await server.call<Message>("POST", `/session/${id}/message`, projectID, prompt);
  const { added, removed, rewritten } = changes(before, await untilQuiet(storage));
  const messages = await messagesOf(server, id);
  const newMessages = messages.slice(oldMessages.length);
  await server.stop();

  expect(reply.parts).toContainEqual(expect.objectContaining({ type: "text", text: replyText }));
  expect(messages.slice(0, oldMessages.length)).toEqual(oldMessages);
  expect(newMessages.map((message) => message.info.role)).toEqual(["user", "assistant", "assistant"]);
  const tool = newMessages.flatMap((message) => message.parts).find((part) => part.type === "tool");
  expect(tool?.state).toMatchObject({ status: "completed", output: expect.stringContaining("from-bash") });

  expect(removed).toEqual([]);
  const own = [nameOf(["session", projectID, id]), nameOf(["session_diff", id])];
  expect(rewritten.filter((name) => !own.includes(name) && !name.startsWith("project/"))).toEqual([]);
  const expected = newMessages.flatMap(({ info, parts }) => [
    nameOf(["message", id, info.id]),
    ...parts.map((part) => nameOf(["part", info.id, part.id])),
  ]);
  expect(added.filter((name) => !own.includes(name))).toEqual(expected.sort());

  // Stowage reads what OpenCode wrote, and would have written the same bytes.
  await using store = await openFolder(storage);
  const keys = await store.list(["message", id]);
  expect(keys.map((key) => key[2])).toEqual(messages.map((message) => message.info.id));
  for (const { info, parts } of newMessages) {
    expect(await store.read(["message", id, info.id])).toEqual(info);
    const stored = [];
    for await (const { key, value } of store.entries(["part", info.id])) {
      stored.push(value);
      expect(readFileSync(join(storage, nameOf(key)), "utf8")).toBe(JSON.stringify(value, null, 2));
    }
    expect(stored).toEqual(parts);
  }
}

function messagesOf(server: Server, id: string): Promise<Message[]> {
  return server.call("GET", `/session/${id}/message`, projectID);
}

function partsWithoutIds({ parts }: Message): unknown[] {
  return parts.map((part) => ({ ...part, id: "", sessionID: "", messageID: "" }));
}

/** The first characters of an id that OpenCode would make now. */
function idNow(prefix: string): string {
  const time = BigInt.asUintN(48, BigInt(Date.now()) * 4096n);
  return `${prefix}_${time.toString(16).padStart(12, "0")}`;
}
