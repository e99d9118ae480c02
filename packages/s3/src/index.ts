export { s3 } from "./open.ts";
export type { S3ClientOptions, S3Options, S3ServerOptions } from "./options.ts";
export type { S3Sender } from "./sender.ts";
