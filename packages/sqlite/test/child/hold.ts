// Takes the write lock and keeps it until its standard input ends: hold.ts FILE
import Database from "better-sqlite3";

const [path = ""] = process.argv.slice(2);
const database = new Database(path);
database.exec("BEGIN IMMEDIATE");
process.stdout.write("held\n");
process.stdin.resume().on("end", () => {
  database.exec("COMMIT");
  database.close();
});
