import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One answer of the model: a text, or a call of a tool with these arguments, or both. */
export interface Answer {
  readonly text?: string;
  readonly tool?: { readonly name: string; readonly args: Readonly<Record<string, unknown>> };
}

/**
 * Stands in for a language model: an endpoint of the OpenAI chat-completions kind, on loopback, that streams prepared
 * answers. The model `small`, which OpenCode asks for titles, always gives the same one.
 */
export class ScriptedModel implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #answers: Answer[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  }

  static async start(): Promise<ScriptedModel> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const model = new ScriptedModel(server);
    server.on("request", (request: IncomingMessage, response: ServerResponse) => void model.#answer(request, response));
    return model;
  }

  /** Prepares the answers to the coming requests, in this order. */
  script(...answers: readonly Answer[]): void {
    this.#answers.push(...answers);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { model } = JSON.parse(Buffer.concat(chunks).toString()) as { model: string };
    const answer = model === "small" ? { text: "A scripted title" } : this.#answers.shift();
    if (answer === undefined) {
      response.writeHead(400).end(JSON.stringify({ error: { message: "nothing is scripted" } }));
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of eventsOf(answer, model)) response.write(`data: ${JSON.stringify(event)}\n\n`);
    response.end("data: [DONE]\n\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** The chunks of a stream: texts in pieces of four characters, so that OpenCode rewrites the part many times. */
function* eventsOf(answer: Answer, model: string): Generator<unknown> {
  const base = { id: "chatcmpl-scripted", object: "chat.completion.chunk", created: 1, model };
  const chunk = (delta: unknown, finish_reason: string | null = null) => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason }],
  });
  yield chunk({ role: "assistant", content: "" });
  for (const [piece] of (answer.text ?? "").matchAll(/.{1,4}/gsu)) yield chunk({ content: piece });
  if (answer.tool !== undefined) {
    const { name, args } = answer.tool;
    const call = {
      index: 0,
      id: "call_scripted",
      type: "function",
      function: { name, arguments: JSON.stringify(args) },
    };
    yield chunk({ tool_calls: [call] });
  }
  yield chunk({}, answer.tool === undefined ? "stop" : "tool_calls");
  yield { ...base, choices: [], usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } };
}
