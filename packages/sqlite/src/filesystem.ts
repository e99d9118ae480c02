import { readFile, realpath, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { DriverError } from "@stowage/core";

/** Types of network file systems, as Linux gives them (statfs(2), linux/magic.h). */
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xfe534d42, "SMB"],
  [0xff534d42, "CIFS"],
  [0x01021997, "9p"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x73757245, "Coda"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
  [0x19830326, "BeeGFS"],
]);
const fuseType = 0x65735546;
/** What FUSE mounts that reach another machine call themselves in the table of mounts. */
const networkFuse =
  /^fuse\.(sshfs|rclone|s3fs|goofys|gcsfuse|mount-s3|mountpoint-s3|glusterfs|ceph-fuse|ceph|davfs2?|curlftpfs|smbnetfs|juicefs|blobfuse2?|seaweedfs|lizardfs|moosefs|mfs)$/;

/**
 * Refuses a folder on a network file system: the write-ahead log is shared through memory that all its users map, and
 * machines share none (https://sqlite.org/wal.html). Knows the types of Linux; elsewhere nothing is refused.
 *
 * @throws DriverError UNSUPPORTED
 */
export async function refuseNetwork(folder: string): Promise<void> {
  if (process.platform !== "linux") return;
  const existing = await existingFolder(folder);
  const { type } = await statfs(existing);
  const mounts = type === fuseType ? await readFile("/proc/self/mountinfo", "utf8").catch(() => "") : "";
  const network = networkOf(type, mounts, existing);
  if (network === undefined) return;
  throw new DriverError(
    "UNSUPPORTED",
    `it is on a network file system (${network}), where SQLite's write-ahead log is not safe: ` +
      "put it on a local disk, or use a backend that is made for several machines",
  );
}

/** The folder itself, or the nearest one above it that is there: the rest will be made inside it. */
async function existingFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(folder) === folder) throw error;
    return existingFolder(dirname(folder));
  }
}

/**
 * The network file system that a folder is on, if it is on one.
 *
 * @param type - of the file system, as statfs(2) gives it.
 * @param mounts - the text of `/proc/self/mountinfo` (proc(5)), which tells one FUSE mount from another.
 */
export function networkOf(type: number, mounts: string, folder: string): string | undefined {
  if (type !== fuseType) return networkTypes.get(type);
  const name = mountTypeOf(mounts, folder);
  return networkFuse.test(name) ? name : undefined;
}

/** The type of the mount that a folder is in: of those above it the longest path, and of equal paths the last. */
function mountTypeOf(mounts: string, folder: string): string {
  let deepest = "";
  let type = "";
  for (const line of mounts.split("\n")) {
    const [mount = "", source = ""] = line.split(" - ");
    const path = (mount.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    if (path.length >= deepest.length && isWithin(folder, path)) {
      deepest = path;
      type = source.split(" ")[0] ?? "";
    }
  }
  return type;
}

function isWithin(folder: string, path: string): boolean {
  return path !== "" && (folder === path || folder.startsWith(path.endsWith("/") ? path : `${path}/`));
}
