export type { SqliteDatabase, SqliteStatement } from "./database.ts";
export { sqlite } from "./open.ts";
export type { SqliteDatabaseOptions, SqliteFileOptions, SqliteOptions } from "./options.ts";
