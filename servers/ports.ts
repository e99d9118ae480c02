import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below the range from which systems take the ports of outgoing connections (32768 on Linux), so that none of these takes
 * the port of a server that was killed and starts again. A cluster's nodes talk on their port + 10,000, which has to be below, too.
 */
const [portMin, portMax] = [10_000, 22_000];
const busOffset = 10_000;
/** Handed out by this process: a server that is just starting doesn't listen yet. */
const taken = new Set<number>();

/** Ports of 127.0.0.1 on which nobody listens now. Another program may still be faster: see `onFreePorts`. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = randomInt(portMin, portMax);
    if (taken.has(port)) continue;
    taken.add(port);
    if ((await isFree(port)) && (await isFree(port + busOffset))) found.push(port);
  }
  return found;
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}

/** Thrown where a server could not listen. */
export class PortTaken extends Error {}

/** Starts something, up to five times while another program takes its ports. */
export async function onFreePorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let failed = 0; ; failed += 1) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      if (!(error instanceof PortTaken) || failed === 4) throw error;
    }
  }
}
