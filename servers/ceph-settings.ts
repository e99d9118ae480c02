import { randomBytes, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Group } from "./group.ts";

export const gatewayName = "client.gateway";
/** Parts of Ceph that keep a log of recent events in memory, to write it down at a crash. */
const quiet = "ms osd rgw objecter rados filestore bluestore bluefs bdev rocksdb monc auth mon paxos".split(" ");

/** Of each object store daemon. The file of bluestore has holes: it takes what is written. */
const deviceBytes = 4 * 1024 ** 3;

/** The settings of a Ceph cluster in a group's folder. */
export interface Ceph {
  readonly group: Group;
  readonly monitorPort: number;
  readonly gatewayPort: number;
  readonly osds: number;
  readonly store: "memstore" | "bluestore";
}

export const configurationOf = (ceph: Ceph): string => join(ceph.group.folder, "ceph.conf");
export const keyringOf = (ceph: Ceph): string => join(ceph.group.folder, "keyring");

/** Writes what the programs read: the configuration and the keys of every role. */
export function writeSettings(ceph: Ceph): string {
  const fsid = randomUUID();
  writeFileSync(configurationOf(ceph), configuration(ceph, fsid));
  writeFileSync(keyringOf(ceph), keyring(ceph), { mode: 0o600 });
  return fsid;
}

/** A key as Ceph writes it: type AES, when it was made (seconds, nanoseconds), its length, and the key. */
function makeKey(): string {
  const head = Buffer.alloc(12);
  head.writeUInt16LE(1, 0);
  head.writeUInt32LE(Math.floor(Date.now() / 1000), 2);
  head.writeUInt16LE(16, 10);
  return Buffer.concat([head, randomBytes(16)]).toString("base64");
}

function keyring({ osds }: Ceph): string {
  const section = (name: string, caps: Readonly<Record<string, string>>): string => {
    const lines = Object.entries(caps).map(([daemon, cap]) => `caps ${daemon} = "${cap}"`);
    return [`[${name}]`, `key = ${makeKey()}`, ...lines, ""].join("\n");
  };
  return [
    section("mon.", { mon: "allow *" }),
    section("client.admin", { mon: "allow *", osd: "allow *" }),
    section(gatewayName, { mon: "allow rw", osd: "allow rwx" }),
    ...Array.from({ length: osds }, (_, id) => section(`osd.${id}`, { mon: "allow profile osd", osd: "allow *" })),
  ].join("\n");
}

function configuration({ group: { folder }, monitorPort, gatewayPort, osds, store }: Ceph, fsid: string): string {
  return `
[global]
fsid = ${fsid}
mon host = [v1:127.0.0.1:${monitorPort}/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
# Without keys a daemon sometimes fails to register.
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
cephx sign messages = false
keyring = ${folder}/keyring
run dir = ${folder}
# Sockets for an operator's questions: their paths may be too long below a long temporary folder.
admin socket =
crash dir = ${folder}
log file =
log to stderr = true
err to stderr = true
mon cluster log file =
# What it takes to run on one machine, with few daemons and no manager.
osd crush chooseleaf type = 0
osd pool default size = ${Math.min(osds, 3)}
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 2000
mon data avail crit = 1
mon data avail warn = 2
# Decisions of the monitor, of which a start needs dozens, would wait a second each.
paxos propose interval = 0.05
paxos min wait = 0.01
${quiet.map((part) => `debug ${part} = 0/0`).join("\n")}

[mon]
mon data = ${folder}/mon

[osd]
osd data = ${folder}/osd.$id
osd objectstore = ${store}
osd memory target = ${1024 ** 3}
memstore device bytes = ${deviceBytes}
memstore page set = false
bluestore block size = ${deviceBytes}
bluestore fsck on mount = false
# Names as long as S3 allows.
osd max object name len = 1280
osd max object namespace len = 256
osd class load list = *
osd class default list = *

[${gatewayName}]
rgw data = ${folder}/gateway
# Without tcp_nodelay an answer takes 40 ms more.
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort} tcp_nodelay=1
rgw dns name = localhost
rgw dynamic resharding = false
rgw run sync thread = false
rgw enable usage log = false
`;
}
