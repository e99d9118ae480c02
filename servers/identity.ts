import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync } from "node:fs";

/**
 * What tells a process from a later one with the same pid: its program and when it started. Undefined where there is no
 * such process, or none that is ours to look at.
 */
export function identityOf(pid: number): string | undefined {
  try {
    if (!existsSync("/proc/self/stat")) {
      return execFileSync("ps", ["-o", "lstart=,comm=", "-p", `${pid}`], { encoding: "utf8" }).trim();
    }
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in front may hold spaces and brackets; the start is the twentieth field behind it.
    const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return `${readlinkSync(`/proc/${pid}/exe`)} ${start}`;
  } catch {
    return undefined;
  }
}
