import * as z from "zod";

/**
 * How much a schema accepts. `"strict"`: exactly what OpenCode 1.1.18 writes, with no other field and nothing missing.
 * `"loose"`: what real stores hold, which is unknown fields, the shapes of older versions back to 0.5.15 and of newer
 * ones up to 1.1.65.
 */
export type FormName = "loose" | "strict";

/**
 * One schema for each field of a record. Does not compile when a field is missing, is too much, or is optional here and
 * mandatory in the type.
 */
export type Fields<T> = {
  readonly [K in keyof T]-?: undefined extends T[K] ? z.ZodOptional<z.ZodType<T[K]>> : z.ZodType<T[K]>;
};

/** What a definition is written with, so that one definition gives both forms. */
export interface Form {
  /** An object with these fields. Only the loose form takes other fields as well. */
  object<T>(fields: Fields<T>): z.ZodType<T>;
  /** A field that 1.1.18 always writes and older versions did not: mandatory when strict, optional when loose. */
  later<T>(field: z.ZodType<T>): z.ZodOptional<z.ZodType<T>>;
  /** A field that 1.1.18 never writes, but an older or a newer version: refused when strict, optional when loose. */
  other<T>(field: z.ZodType<T>): z.ZodOptional<z.ZodType<T>>;
  /** The first schema when strict, the second when loose. */
  either<T>(strict: z.ZodType<T>, loose: z.ZodType<T>): z.ZodType<T>;
  /** One of several records, told apart by the text of one field. */
  variants<T>(variants: Variants<T>): z.ZodType<T>;
  /** The records that another schema describes, in this form. */
  use<T>(schema: Shaped<T>): z.ZodType<T>;
}

/** The members of a union, each by the text that tells it apart. */
interface Variants<T> {
  /** The field that holds the text. */
  readonly field: string;
  readonly members: Readonly<Record<string, Shaped<T>>>;
  /** Members that only other versions than 1.1.18 write. */
  readonly otherMembers?: Readonly<Record<string, Shaped<T>>>;
  /** What a record needs whose text is not listed. Absent: the loose form refuses it too. */
  readonly unlisted?: Readonly<Record<string, z.ZodType>>;
}

/** Something that has a zod schema in either form. */
export interface Shaped<T> {
  readonly name: string;
  shape(form: FormName): z.ZodType<T>;
}

type ObjectFields = Readonly<Record<string, z.ZodType>>;

/** Stands in the place of a field that the strict form does not have. */
const noField: z.ZodOptional<z.ZodType<never>> = z.never().optional();

const strict: Form = {
  object<T>(fields: Fields<T>) {
    const kept = Object.entries(fields as ObjectFields).filter(([, field]) => field !== noField);
    return objectOf<T>(z.strictObject(Object.fromEntries(kept)));
  },
  // Optional to the compiler only: the type describes what the loose form accepts.
  later: <T>(field: z.ZodType<T>) => field as z.ZodOptional<z.ZodType<T>>,
  other: () => noField,
  either: (strictly) => strictly,
  variants: <T>({ field, members }: Variants<T>) => oneOf(field, members, "strict"),
  use: (schema) => schema.shape("strict"),
};

const loose: Form = {
  object: <T>(fields: Fields<T>) => objectOf<T>(z.looseObject({ ...(fields as ObjectFields) })),
  later: (field) => field.optional(),
  other: (field) => field.optional(),
  either: (_, loosely) => loosely,
  variants<T>({ field, members, otherMembers, unlisted }: Variants<T>) {
    const listed = { ...members, ...otherMembers };
    const known = oneOf<T>(field, listed, "loose");
    if (unlisted === undefined) return known;
    // A pattern, because it also says so in JSON Schema. It ends the check, so that the union does not take a listed
    // record that fails its own schema for an unlisted one.
    const notListed = z.string().regex(new RegExp(`^(?!(?:${Object.keys(listed).join("|")})$)`), { abort: true });
    return z.union([known, objectOf<T>(z.looseObject({ ...unlisted, [field]: notListed }))]);
  },
  use: (schema) => schema.shape("loose"),
};

export const forms: Readonly<Record<FormName, Form>> = { loose, strict };

/** What zod infers from fields in a variable is less than what {@link Fields} has already proven. */
function objectOf<T>(schema: z.ZodObject): z.ZodType<T> {
  return schema as unknown as z.ZodType<T>;
}

function oneOf<T>(field: string, members: Variants<T>["members"], form: FormName): z.ZodType<T> {
  const options = Object.values(members).map((member) => member.shape(form));
  // Every member is an object with a literal in this field; zod checks that when it first parses.
  return z.discriminatedUnion(field, options as unknown as [z.ZodObject]) as unknown as z.ZodType<T>;
}
