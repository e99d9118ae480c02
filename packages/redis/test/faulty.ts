import { Store } from "@stowage/core";
import { redis, type RedisUrlOptions } from "@stowage/redis";
import { onTestFinished } from "vitest";
import { freshPrefix } from "./harness.ts";

/**
 * A function that opens one store any number of times, by a driver of its own each time; all are closed after the test.
 *
 * @param onFinished - that of the test's context, where tests run at the same time.
 */
export function opener(
  url: string,
  options: Partial<RedisUrlOptions> = {},
  onFinished: typeof onTestFinished = onTestFinished,
): () => Promise<Store> {
  const prefix = freshPrefix();
  return async () => {
    const store = new Store(await redis({ url, prefix, ...options }));
    onFinished(() => store.close());
    return store;
  };
}

/** Whether a request is a script of ours, which is how the driver writes. */
export function isScript(request: string): boolean {
  return /^eval(sha)? /i.test(request);
}
