// For child processes that are to die at a moment of their talk with a server.
import type { Fault } from "./fault.ts";
import { Proxy } from "./proxy.ts";

/** At which request a process dies. JSON: it travels to the child. */
export interface Death extends Pick<Fault, "skip"> {
  /** A regular expression for what a {@link Fault} calls a request. */
  readonly on: string;
  /**
   * `before` the server hears of the request; when it has answered, and the process has not heard of it (`after`); or when so
   * many bytes of the request have reached the server.
   */
  readonly when: "before" | "after" | { readonly pass: number };
}

/**
 * Starts a proxy in this process that kills it at a moment, as a power switch would. The proxy dies with it, so nothing more
 * gets out.
 *
 * @returns the port of the proxy.
 */
export async function startDeadly(
  kind: "redis" | "http",
  port: number,
  { on, when, skip = 0 }: Death,
): Promise<number> {
  const proxy = await Proxy.start(kind, port);
  const pattern = new RegExp(on, "i");
  const action = when === "before" ? "hang before" : when === "after" ? "hang after" : when;
  const { befallen } = proxy.fault({ on: (request) => pattern.test(request), action, skip });
  void befallen.then(() => process.kill(process.pid, "SIGKILL"));
  return proxy.port;
}
