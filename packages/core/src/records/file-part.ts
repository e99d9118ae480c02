import * as z from "zod";
import { RecordSchema } from "./record-schema.ts";

/** What every part has. */
export interface PartBase {
  id: string;
  sessionID: string;
  messageID: string;
}

export const partBase: { readonly id: z.ZodString; readonly sessionID: z.ZodString; readonly messageID: z.ZodString } =
  { id: z.string(), sessionID: z.string(), messageID: z.string() };

/** A file that a user attached, or that a tool handed to the model. */
export interface FilePart extends PartBase {
  type: "file";
  mime: string;
  filename?: string | undefined;
  /** `file://` or `data:` with the whole content in Base64, of any length. */
  url: string;
  source?: FilePartSource | undefined;
}

/** A stretch of the prompt: what was typed, and from where to where. */
export interface SourceText {
  value: string;
  start: number;
  end: number;
}

export interface FileSource {
  text: SourceText;
  type: "file";
  path: string;
}

export interface SymbolSource {
  text: SourceText;
  type: "symbol";
  path: string;
  range: { start: Position; end: Position };
  name: string;
  /** The number of a kind of symbol, as a language server gives it. */
  kind: number;
}

export interface ResourceSource {
  text: SourceText;
  type: "resource";
  /** The MCP server. */
  clientName: string;
  uri: string;
}

/** A place in a file, as a language server gives it. */
export interface Position {
  line: number;
  character: number;
}

/**
 * What in the prompt stands for a file. `text` comes first in the file. The loose schema lets other types through, so a
 * `switch` over `type` needs a default branch.
 */
export type FilePartSource = FileSource | SymbolSource | ResourceSource;

export const sourceTextSchema: RecordSchema<SourceText> = new RecordSchema("SourceText", (form) =>
  form.object<SourceText>({ value: z.string(), start: z.int(), end: z.int() }),
);

const positionSchema: RecordSchema<Position> = new RecordSchema("Position", (form) =>
  form.object<Position>({ line: z.number(), character: z.number() }),
);

export const fileSourceSchema: RecordSchema<FileSource> = new RecordSchema("FileSource", (form) =>
  form.object<FileSource>({ text: form.use(sourceTextSchema), type: z.literal("file"), path: z.string() }),
);

export const symbolSourceSchema: RecordSchema<SymbolSource> = new RecordSchema("SymbolSource", (form) =>
  form.object<SymbolSource>({
    text: form.use(sourceTextSchema),
    type: z.literal("symbol"),
    path: z.string(),
    range: form.object({ start: form.use(positionSchema), end: form.use(positionSchema) }),
    name: z.string(),
    kind: z.int(),
  }),
);

export const resourceSourceSchema: RecordSchema<ResourceSource> = new RecordSchema("ResourceSource", (form) =>
  form.object<ResourceSource>({
    text: form.use(sourceTextSchema),
    type: z.literal("resource"),
    clientName: z.string(),
    uri: z.string(),
  }),
);

export const filePartSourceSchema: RecordSchema<FilePartSource> = new RecordSchema("FilePartSource", (form) =>
  form.variants<FilePartSource>({
    field: "type",
    members: { file: fileSourceSchema, symbol: symbolSourceSchema, resource: resourceSourceSchema },
    unlisted: {},
  }),
);

export const filePartSchema: RecordSchema<FilePart> = new RecordSchema("FilePart", (form) =>
  form.object<FilePart>({
    ...partBase,
    type: z.literal("file"),
    mime: z.string(),
    filename: z.string().optional(),
    url: z.string(),
    source: form.use(filePartSourceSchema).optional(),
  }),
);
