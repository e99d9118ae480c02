export { startRedisCluster } from "./cluster.ts";
export { ensure } from "./ensure.ts";
export { givenUrl } from "./given.ts";
export { startRedis } from "./redis.ts";
export { startS3 } from "./s3.ts";
export { startRedisSentinel } from "./sentinel.ts";
export type {
  Appendfsync,
  Kind,
  Node,
  RedisCluster,
  RedisClusterOptions,
  RedisOptions,
  RedisSentinel,
  RedisSentinelOptions,
  RedisServer,
  S3Options,
  S3Server,
  Server,
  ServerProcess,
} from "./types.ts";
