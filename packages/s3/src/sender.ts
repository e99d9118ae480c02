/** What the driver asks of a client; an `S3Client` of `@aws-sdk/client-s3` 3 has it. */
export interface S3Sender {
  send(command: never, options?: { readonly abortSignal?: AbortSignal }): Promise<unknown>;
  /** Tells where the server is: for messages, and to tell two stores apart. */
  readonly config?: {
    readonly endpoint?: (() => Promise<S3Endpoint>) | undefined;
    readonly region?: string | (() => Promise<string>) | undefined;
  };
}

/** The endpoint of a client, in its parts. */
interface S3Endpoint {
  readonly protocol?: string | undefined;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
}
