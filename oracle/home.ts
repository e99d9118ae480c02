import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { configuration, environment } from "./environment.ts";

/** A home folder for one server, removed with everything in it when disposed. */
export class Home implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "stowage-oracle-"));
  /** Where OpenCode looks for its records. Not made here: who fills it makes it. */
  readonly storage: string = join(this.path, "data", "opencode", "storage");
  /** A folder outside of any repository, which belongs to OpenCode's project `global`. */
  readonly plainFolder: string = join(this.path, "plain");

  constructor(modelUrl?: string) {
    // OpenCode installs packages into its configuration folder before it answers, unless there is a node_modules.
    const config = join(this.path, "config", "opencode");
    for (const folder of [this.plainFolder, join(config, "node_modules"), join(this.storage, "..")]) {
      mkdirSync(folder, { recursive: true });
    }
    writeFileSync(join(config, "opencode.json"), JSON.stringify(configuration(modelUrl)));
  }

  /**
   * A working folder in which OpenCode serves a project. The folder that the records name does not exist here, and need
   * not: OpenCode takes a project's id from the file `.git/opencode` when there is one.
   */
  worktree(projectID: string): string {
    if (projectID === "global") return this.plainFolder;
    const folder = join(this.path, "worktrees", projectID);
    if (!existsSync(folder)) {
      mkdirSync(folder, { recursive: true });
      execFileSync("git", ["init", "--quiet", folder], { env: environment(this.path) });
      writeFileSync(join(folder, ".git", "opencode"), projectID);
    }
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}
