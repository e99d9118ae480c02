import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Ceph, configurationOf, gatewayName, keyringOf } from "./ceph-settings.ts";
import type { Daemon } from "./daemon.ts";

const commandTimeoutMs = 60_000;

interface OsdMap {
  readonly osds: readonly {
    readonly osd: number;
    readonly up: 0 | 1;
    readonly public_addrs: { readonly addrvec: readonly { readonly nonce: number }[] };
  }[];
}

/** Runs one of Ceph's programs to its end. */
async function run(ceph: Ceph, program: string, args: readonly string[]): Promise<string> {
  const all = ["--conf", configurationOf(ceph), ...args];
  try {
    return (await promisify(execFile)(program, all, { timeout: commandTimeoutMs })).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new Error(`Cannot run "${program} ${args[0]}": ${stderr.trim() || message}`, { cause: error });
  }
}

/** Starts the monitor, which knows the cluster's map. */
export async function startMonitor(ceph: Ceph, fsid: string): Promise<Daemon> {
  const map = join(ceph.group.folder, "monmap");
  const address = `[v1:127.0.0.1:${ceph.monitorPort}/0]`;
  await promisify(execFile)("monmaptool", ["--create", "--fsid", fsid, "--addv", "a", address, map]);
  mkdirSync(join(ceph.group.folder, "mon"));
  await run(ceph, "ceph-mon", ["--mkfs", "--id", "a", "--monmap", map, "--keyring", keyringOf(ceph)]);
  return ceph.group.start({
    name: "mon",
    program: "ceph-mon",
    args: ["--foreground", "--conf", configurationOf(ceph), "--id", "a"],
    port: ceph.monitorPort,
    isReady: async () => {
      await run(ceph, "ceph", ["--connect-timeout", "5", "mon", "stat"]);
      return true;
    },
  });
}

/** Makes and starts an object store daemon. It is ready when the monitor calls it up. */
export async function startOsd(ceph: Ceph, id: number): Promise<Daemon> {
  mkdirSync(join(ceph.group.folder, `osd.${id}`));
  const uuid = randomUUID();
  await run(ceph, "ceph", ["osd", "new", uuid, String(id)]);
  await run(ceph, "ceph-osd", ["--mkfs", "--id", String(id), "--osd-uuid", uuid]);
  return ceph.group.start({
    name: `osd.${id}`,
    program: "ceph-osd",
    args: ["--foreground", "--conf", configurationOf(ceph), "--id", String(id)],
    port: 0,
    isReady: async (pid) => {
      const map = JSON.parse(await run(ceph, "ceph", ["osd", "dump", "--format", "json"])) as OsdMap;
      const known = map.osds.find(({ osd }) => osd === id);
      // The monitor goes on calling a killed one up for a while; addresses carry the pid, which tells the new one apart.
      return known?.up === 1 && known.public_addrs.addrvec.some(({ nonce }) => nonce === pid);
    },
  });
}

/** Starts the S3 gateway. It is ready when it answers over HTTP. */
export function startGateway(ceph: Ceph): Promise<Daemon> {
  const port = ceph.gatewayPort;
  return ceph.group.start({
    name: "gateway",
    program: "radosgw",
    args: ["--foreground", "--conf", configurationOf(ceph), "--name", gatewayName],
    port,
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) })).ok,
  });
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Makes the one user of the gateway. */
export async function makeUser(ceph: Ceph, { accessKeyId, secretAccessKey }: Credentials): Promise<void> {
  const create = `--name ${gatewayName} user create --uid stowage --display-name stowage --max-buckets 100000`;
  const keys = ["--access-key", accessKeyId, "--secret-key", secretAccessKey];
  await run(ceph, "radosgw-admin", [...create.split(" "), ...keys]);
}
