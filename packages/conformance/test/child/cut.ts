// Works on the files of a folder in several ways, and loses its power: cut.ts FOLDER LOSES
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import type { PowerLoss } from "../../src/disk/fault.ts";
import { installDisk } from "../../src/disk/install.ts";

const [folder = "", loses] = process.argv.slice(2);
const disk = installDisk(folder);

function flush(path: string): void {
  const fd = openSync(path, "r");
  fsyncSync(fd);
  closeSync(fd);
}

mkdirSync(`${folder}/flushed/deep`, { recursive: true });
writeFileSync(`${folder}/flushed/deep/all.txt`, "all");
flush(`${folder}/flushed/deep/all.txt`);
flush(`${folder}/flushed/deep`);
flush(`${folder}/flushed`);
flush(folder);

writeFileSync(`${folder}/flushed/content.txt`, "content");
flush(`${folder}/flushed/content.txt`);
writeFileSync(`${folder}/flushed/none.txt`, "none");
writeFileSync(`${folder}/changed.txt`, "changed");
writeFileSync(`${folder}/replaced.tmp`, "new");
renameSync(`${folder}/replaced.tmp`, `${folder}/replaced.txt`);
unlinkSync(`${folder}/removed.txt`);
mkdirSync(`${folder}/folder`);
writeFileSync(`${folder}/folder/in.txt`, "in");
flush(`${folder}/folder/in.txt`);
flush(`${folder}/folder`);
// The cast: the test knows what it says.
disk.cut(loses as PowerLoss);
