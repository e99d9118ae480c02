import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { families, type FormName } from "@stowage/core/records";

// Writes schemas/*.json, the JSON Schemas of all families in both forms. Run it after a change of a schema:
// node --conditions=@stowage/source packages/core/scripts/write-schemas.ts

/** Where the files belong. */
export const schemaFolder: string = fileURLToPath(new URL("../schemas/", import.meta.url));

const accepts: Readonly<Record<FormName, string>> = {
  loose: "Accepts the records of all OpenCode versions that wrote JSON files, up to 1.1.65",
  strict: "Accepts exactly what OpenCode 1.1.18 writes",
};

/** The content of every file by its name: `session.json` is loose, `session.strict.json` is strict. */
export function schemaFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name, ids, schema } of Object.values(families)) {
    for (const form of ["loose", "strict"] as const) {
      const file = form === "loose" ? `${name}.json` : `${name}.strict.json`;
      const { $schema, ...json } = schema.toJSONSchema(form);
      const key = [name, ...ids.map((id) => `<${id}>`)].join("/");
      const described = {
        $schema,
        // No host: a URN names the schema, it does not say where to fetch it.
        $id: `urn:stowage:schema:${name}:${form}`,
        title: schema.name,
        description: `The value at ${key}. ${accepts[form]}.`,
        ...json,
      };
      files.set(file, `${JSON.stringify(described, null, 2)}\n`);
    }
  }
  return files;
}

function writeSchemas(): void {
  const files = schemaFiles();
  mkdirSync(schemaFolder, { recursive: true });
  for (const name of readdirSync(schemaFolder)) if (!files.has(name)) rmSync(schemaFolder + name);
  for (const [name, text] of files) writeFileSync(schemaFolder + name, text);
}

if (import.meta.main) writeSchemas();
