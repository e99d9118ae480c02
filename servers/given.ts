/** What tests run against. */
export type TestKind = "redis" | "cluster" | "s3";

/** The URL of a server that the environment names: then none is installed or started. */
export function givenUrl(kind: TestKind): string | undefined {
  if (kind === "redis") return process.env["REDIS_URL"];
  if (kind === "cluster") return process.env["REDIS_CLUSTER_URL"];
  const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket = "stowage", AWS_REGION: region = "us-east-1" } = process.env;
  return endpoint === undefined ? undefined : s3Url(bucket, endpoint, region);
}

export function s3Url(bucket: string, endpoint: string, region: string): string {
  return `s3://${bucket}?endpoint=${encodeURIComponent(endpoint)}&region=${region}`;
}
