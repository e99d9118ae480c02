export type { RedisArgument, RedisClient } from "./client.ts";
export { redis } from "./open.ts";
export type { RedisClientOptions, RedisOptions, RedisTls, RedisUrlOptions } from "./options.ts";
