import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Group, inGroup } from "./group.ts";
import { onFreePorts } from "./ports.ts";
import { redisCommand, type Settings } from "./redis-node.ts";
import type { RedisOptions, RedisServer } from "./types.ts";

/** Starts one Redis on loopback, empty. */
export function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const start = (port: number): Promise<RedisServer> => inGroup("redis", (group) => startOn(group, port, options));
  return options.port === undefined ? onFreePorts(1, ([port]) => start(port as number)) : start(options.port);
}

async function startOn(group: Group, port: number, options: RedisOptions): Promise<RedisServer> {
  const { appendfsync, args } = options;
  const certificate = options.tls === true ? await makeCertificate(group.folder) : undefined;
  const settings = certificate === undefined ? { port: `${port}` } : tlsSettings(port, certificate);
  const node = await group.start(redisCommand(group, { port, appendfsync, settings, args, ca: certificate?.ca }));
  return {
    ...group.server("redis", `${certificate === undefined ? "redis" : "rediss"}://127.0.0.1:${port}`),
    node,
    ...(certificate !== undefined && { ca: certificate.ca }),
  };
}

interface Certificate {
  readonly file: string;
  readonly keyFile: string;
  readonly ca: string;
}

function tlsSettings(port: number, { file, keyFile }: Certificate): Settings {
  return {
    port: "0",
    "tls-port": `${port}`,
    "tls-cert-file": file,
    "tls-key-file": keyFile,
    "tls-ca-cert-file": file,
    "tls-auth-clients": "no",
  };
}

/** A certificate that signs itself: whoever trusts it trusts this server alone. */
async function makeCertificate(folder: string): Promise<Certificate> {
  const file = join(folder, "certificate.pem");
  const keyFile = join(folder, "key.pem");
  const make = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=stowage";
  const names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  await promisify(execFile)("openssl", [...make.split(" "), ...names, "-keyout", keyFile, "-out", file]);
  return { file, keyFile, ca: readFileSync(file, "utf8") };
}
