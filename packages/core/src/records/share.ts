import * as z from "zod";
import { RecordSchema } from "./record-schema.ts";

/**
 * What the share service answered, as it came: an answer that reports an error is stored too, so nothing is certain.
 * The record that 1.1.x reads and writes; {@link Share} is the former one.
 */
export interface SessionShare {
  id?: string | undefined;
  url?: string | undefined;
  /** Lets its holder change or end the share. Leave it out of exports and logs. */
  secret?: string | undefined;
}

export const sessionShareSchema: RecordSchema<SessionShare> = new RecordSchema("SessionShare", (form) =>
  form.object<SessionShare>({
    id: form.later(z.string()),
    url: form.later(z.string()),
    secret: form.later(z.string()),
  }),
);

/** The record of family `share`, left by versions before 1.0. 1.1.18 looks for it at every event and never writes it. */
export interface Share {
  /** Lets its holder change or end the share. Leave it out of exports and logs. */
  secret: string;
  url: string;
}

export const shareSchema: RecordSchema<Share> = new RecordSchema("Share", (form) =>
  form.object<Share>({ secret: z.string(), url: z.string() }),
);
