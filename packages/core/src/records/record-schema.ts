import * as z from "zod";
import { type Form, type FormName, forms, type Shaped } from "./form.ts";

/**
 * The schema of a record, in two forms. Both hand back the very object that they were given: nothing is dropped,
 * added, or put in another order, so a record that is read, checked, and written again keeps its text.
 *
 * @example sessionSchema.strict.parse(value)
 */
export class RecordSchema<T> implements Shaped<T> {
  /** The name of the type: `"AssistantMessage"`. */
  readonly name: string;
  readonly #define: (form: Form) => z.ZodType<T>;
  readonly #shapes = new Map<FormName, z.ZodType<T>>();
  readonly #schemas = new Map<FormName, z.ZodType<T>>();

  constructor(name: string, define: (form: Form) => z.ZodType<T>) {
    this.name = name;
    this.#define = define;
  }

  /** Accepts what real stores hold, of all versions that wrote JSON files. Unknown fields stay. */
  get loose(): z.ZodType<T> {
    return this.in("loose");
  }

  /** Accepts exactly what OpenCode 1.1.18 writes. */
  get strict(): z.ZodType<T> {
    return this.in("strict");
  }

  in(form: FormName): z.ZodType<T> {
    return memo(this.#schemas, form, () => returningInput(this.shape(form)));
  }

  /**
   * The bare zod schema, for building others from it: it tells objects apart by a literal, which {@link in} hides. What
   * it parses comes back as a copy in the order of the schema, not of the record.
   */
  shape(form: FormName): z.ZodType<T> {
    return memo(this.#shapes, form, () => {
      const shape = this.#define(forms[form]);
      names.add(shape, { id: this.name });
      return shape;
    });
  }

  /** As JSON Schema, draft 2020-12. The records that it is made of are under `$defs`, by the names of their types. */
  toJSONSchema(form: FormName): Record<string, unknown> {
    return z.toJSONSchema(this.shape(form), { metadata: names, reused: "inline" });
  }
}

/** The names under which records appear in JSON Schemas. A registry of our own, so that users' schemas never clash. */
const names = z.registry<{ id: string }>();

/**
 * Zod builds a new object in the order of the schema, which would change the text of a record. This checks with a
 * schema and passes on what came in.
 */
function returningInput<T>(shape: z.ZodType<T>): z.ZodType<T> {
  const check = z.check((payload) => {
    const result = shape.safeParse(payload.value);
    // Finished issues have all that raw ones need; zod's types don't say so.
    if (!result.success) payload.issues.push(...(result.error.issues as unknown as typeof payload.issues));
  });
  // Made at once, since `z.unknown().check(…)` has a parent whose JSON Schema would be asked for as well.
  const schema = new z.ZodUnknown({ type: "unknown", checks: [check] });
  // Zod's hook for schemas that JSON Schema can't be derived from: without it, this one would allow anything.
  schema._zod.toJSONSchema = () => {
    const { $schema: _, ...json } = z.toJSONSchema(shape, { metadata: z.registry() });
    return json;
  };
  return schema as z.ZodType<T>;
}

function memo<Name, Value>(known: Map<Name, Value>, name: Name, make: () => Value): Value {
  const found = known.get(name) ?? make();
  known.set(name, found);
  return found;
}
