import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/** Where in a bucket a folder is to lie, and which server has the bucket. */
export interface BucketPlace {
  readonly endpoint: string;
  readonly bucket: string;
  /** Without a `/` at its end. */
  readonly prefix: string;
}

/** A program that copies between a folder and a bucket, as people have it. */
export interface SyncTool {
  /** For the name of a test: the program, and where it is missing, that and how to get it. */
  readonly title: string;
  readonly missing: boolean;
  /**
   * Makes one side as the other: with `up` the bucket, with `down` the folder, which is made if need be. Takes the keys from
   * the environment. Throws where the program fails.
   */
  sync(place: BucketPlace, way: "up" | "down", folder: string): void;
}

/** The programs that tests use, whether they are here or not. */
export function syncTools(): readonly SyncTool[] {
  return [
    toolOf("s3cmd", "s3cmd", (endpoint) => {
      const { host, protocol } = new URL(endpoint);
      // Without "%(bucket)s" in it, the bucket stands in the path.
      const hosts = ["--host", host, "--host-bucket", host, protocol === "https:" ? "--ssl" : "--no-ssl"];
      return ["--config", "/dev/null", ...hosts, "--no-progress", "sync"];
    }),
    toolOf("aws", "awscli", (endpoint) => ["--endpoint-url", endpoint, "s3", "sync", "--no-progress"]),
  ];
}

function toolOf(program: string, debian: string, argvOf: (endpoint: string) => readonly string[]): SyncTool {
  const missing = spawnSync(program, ["--version"]).status !== 0;
  return {
    title: missing ? `${program}, skipped: it is not installed, as root run apt-get install ${debian}` : program,
    missing,
    sync: ({ endpoint, bucket, prefix }, way, folder) => {
      mkdirSync(folder, { recursive: true });
      const ends = [`${folder}/`, `s3://${bucket}/${prefix}/`];
      const argv = [...argvOf(endpoint), ...(way === "up" ? ends : ends.toReversed())];
      execFileSync(program, argv, { stdio: ["ignore", "ignore", "inherit"] });
    },
  };
}
