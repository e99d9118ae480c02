import * as z from "zod";
import { RecordSchema } from "./record-schema.ts";

/** One line of a to-do list. Family `todo` holds an array of these. */
export interface Todo {
  content: string;
  /** By convention `"pending"`, `"in_progress"`, `"completed"`, or `"cancelled"`; OpenCode enforces none of them. */
  status: string;
  /** By convention `"high"`, `"medium"`, or `"low"`; not enforced. */
  priority: string;
  id: string;
}

export const todoSchema: RecordSchema<Todo> = new RecordSchema("Todo", (form) =>
  form.object<Todo>({ content: z.string(), status: z.string(), priority: z.string(), id: z.string() }),
);

/** The record of family `todo`: always the whole list. OpenCode never removes it, not even with its session. */
export const todoListSchema: RecordSchema<Todo[]> = new RecordSchema("TodoList", (form) =>
  z.array(form.use(todoSchema)),
);
