import { givenUrl, startRedis, startS3 } from "stowage-servers";

/** A backend that the demo goes through. */
export interface Backend {
  readonly name: string;
  readonly url: string;
  /** Ends what was started for it. */
  stop(): Promise<void>;
}

/** Why the demo goes without a backend. */
export interface Absent {
  readonly name: string;
  readonly reason: string;
}

/** What the demo writes to a server of somebody's is below this, and its records are removed in the end. */
const scratch = "stowage-demo";

/** SQLite, and the servers that can be had without installing anything: those that the environment names, else our own. */
export async function backendsIn(folder: string): Promise<readonly (Backend | Absent)[]> {
  const sqlite = { name: "SQLite", url: `sqlite:${folder}/agent.db`, stop: async () => {} };
  return [sqlite, ...(await Promise.all([redis(), s3()]))];
}

async function redis(): Promise<Backend | Absent> {
  const name = "Redis";
  const given = givenUrl("redis");
  if (given !== undefined) {
    return { name, url: `${given}${given.includes("?") ? "&" : "?"}prefix=${scratch}`, stop: async () => {} };
  }
  try {
    const server = await startRedis();
    return { name, url: server.url, stop: () => server.stop() };
  } catch (error) {
    return { name, reason: reasonOf(error, "redis-server", "REDIS_URL") };
  }
}

async function s3(): Promise<Backend | Absent> {
  const name = "S3";
  const given = givenUrl("s3");
  if (given !== undefined) return { name, url: given.replace("?", `/${scratch}?`), stop: async () => {} };
  try {
    const server = await startS3();
    process.env["AWS_ACCESS_KEY_ID"] = server.accessKeyId;
    process.env["AWS_SECRET_ACCESS_KEY"] = server.secretAccessKey;
    return { name, url: server.url, stop: () => server.stop() };
  } catch (error) {
    return { name, reason: reasonOf(error, "Ceph's radosgw", "S3_ENDPOINT") };
  }
}

/** Why a server did not start, and how to have one all the same. */
function reasonOf(error: unknown, program: string, variable: string): string {
  const [message = ""] = String(error instanceof Error ? error.message : error).split("\n");
  return message.includes("ENOENT") ? `${program} is not installed; install it or set ${variable} to add it` : message;
}
