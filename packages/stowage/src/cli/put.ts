import { type Command, Option } from "commander";
import { redact } from "../redact.ts";
import { exitCodes, parseKey, type Shell, UsageError } from "./shell.ts";

interface PutOptions {
  readonly ifAbsent?: boolean;
  readonly ifVersion?: string;
  readonly json?: boolean;
}

export function putCommand(shell: Shell): Command {
  return shell
    .command(
      "put <url> <key> <json>",
      'Create or replace a record; "-" reads stdin',
      [
        `put sqlite:agent.db todo/ses_1 '[]'`,
        "put fs:./storage session/global/ses_1 - < session.json",
        `put sqlite:agent.db lock/build '{"by":"me"}' --if-absent`,
      ],
      (url: string, key: string, json: string, options: PutOptions) => put(shell, url, key, json, options),
    )
    .addOption(new Option("--if-absent", "only if there is no such record").conflicts("ifVersion"))
    .option("--if-version <version>", "only if the record still has this version (see cat --json)");
}

async function put(shell: Shell, url: string, keyText: string, json: string, options: PutOptions): Promise<number> {
  const key = parseKey(keyText);
  const value = parseJson(json === "-" ? await readAll(shell.io.stdin) : json);
  const ifVersion = options.ifAbsent ? null : options.ifVersion;
  await using store = await shell.open(url);
  const { version } = await store.put(key, value, ifVersion === undefined ? {} : { ifVersion });
  if (options.json) await shell.out.json({ url: redact(url), key: keyText, version });
  return exitCodes.ok;
}

async function readAll(stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new UsageError("Cannot read the JSON: stdin is not UTF-8", { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`Cannot read the JSON: ${(cause as SyntaxError).message.split("\n", 1)[0]}`, { cause });
  }
}
