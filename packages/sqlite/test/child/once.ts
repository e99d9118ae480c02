// Opens a store by itself, writes in one transaction, and stays until its standard input ends: once.ts FILE
import Database from "better-sqlite3";

const [path = ""] = process.argv.slice(2);
const database = new Database(path);
database.exec("BEGIN IMMEDIATE; INSERT INTO record (name, text) VALUES ('once.json', '1'); COMMIT");
process.stdout.write("written\n");
process.stdin.resume().on("end", () => database.close());
