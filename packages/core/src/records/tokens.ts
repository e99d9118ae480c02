import * as z from "zod";
import { RecordSchema } from "./record-schema.ts";

/** What a step or an answer used. */
export interface Tokens {
  /** Written by 1.1.59 and later. */
  total?: number | undefined;
  input: number;
  output: number;
  reasoning: number;
  cache: { read: number; write: number };
}

export const tokensSchema: RecordSchema<Tokens> = new RecordSchema("Tokens", (form) =>
  form.object<Tokens>({
    total: form.other(z.number()),
    input: z.number(),
    output: z.number(),
    reasoning: z.number(),
    cache: form.object({ read: z.number(), write: z.number() }),
  }),
);
