/** What can be asked for. `cluster` and `sentinel` are made of the same program as `redis`. */
export type Kind = "redis" | "cluster" | "sentinel" | "s3";

/** One process of a server, for tests of what happens when it fails. */
export interface Node {
  /** Where clients find it, on 127.0.0.1; 0 for a daemon that chooses for itself (the OSDs of Ceph). */
  readonly port: number;
  /** Of the process that runs now; undefined between `kill` and `start`. */
  readonly pid: number | undefined;
  /** Ends it as a crash does (SIGKILL), and resolves when it is gone. Twice is the same as once. */
  kill(): Promise<void>;
  /** Starts it again on its own data and port, and resolves when it answers. Does nothing where it runs. */
  start(): Promise<void>;
  /** Makes it hang with its connections open (SIGSTOP), until `resume` or `kill`. */
  pause(): void;
  /** Ends a pause (SIGCONT). */
  resume(): void;
}

export interface ServerProcess {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
}

/** A server of our own on loopback. It ends with the process that started it, however that ends. */
export interface Server {
  readonly kind: Kind;
  readonly url: string;
  /** A temporary folder with its data and logs. */
  readonly folder: string;
  /** Those that run now. */
  readonly processes: () => readonly ServerProcess[];
  /** Ends all its processes and removes its folder. Twice is the same as once. */
  readonly stop: () => Promise<void>;
  /** Lets it run on when this process ends. From then on the caller has to end it: `stop` does nothing any more. */
  readonly detach: () => Promise<void>;
}

/** What of its data Redis flushes to disk, and when; absent, it keeps nothing there at all. */
export type Appendfsync = "no" | "everysec" | "always";

export interface RedisOptions {
  readonly appendfsync?: Appendfsync;
  /** More options of redis-server, as on its command line. */
  readonly args?: readonly string[];
  /** Absent, a free one. */
  readonly port?: number;
  /** Speaks TLS alone, with a certificate made for it; see `RedisServer.ca`. */
  readonly tls?: boolean;
}

export interface RedisServer extends Server {
  readonly node: Node;
  /** With `tls`: the certificate to trust, PEM. */
  readonly ca?: string;
}

export interface RedisClusterOptions {
  /** At least 3, the default: with fewer, no replica could be elected. */
  readonly masters?: number;
  /** Of each master; default 0. */
  readonly replicas?: number;
  readonly appendfsync?: Appendfsync;
}

export interface RedisCluster extends Server {
  /** Masters first, then replicas: those of the first master, those of the second, and so on. */
  readonly nodes: readonly Node[];
}

export interface RedisSentinelOptions {
  readonly appendfsync?: Appendfsync;
}

export interface RedisSentinel extends Server {
  /** As it was at the start: a failover swaps the two. */
  readonly primary: Node;
  readonly replica: Node;
  readonly sentinels: readonly Node[];
}

export interface S3Options {
  /** How many object store daemons; each object is kept by up to 3 of them. Default 1. */
  readonly osds?: number;
  /** `memstore` (the default) is fast and keeps its data while its daemon runs; `bluestore` is on disk. */
  readonly store?: "memstore" | "bluestore";
}

/** Ceph's S3 gateway with an empty bucket `stowage`. The credentials are not in its URL: clients take them from the environment. */
export interface S3Server extends Server {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly gateway: Node;
  readonly osds: readonly Node[];
  readonly monitor: Node;
}
