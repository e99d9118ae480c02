import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { freePorts, onFreePorts, PortTaken } from "../ports.ts";

describe("ports", () => {
  it("are free, and none is given out twice", async () => {
    const ports = (await Promise.all(Array.from({ length: 20 }, () => freePorts(5)))).flat();
    expect(new Set(ports).size).toBe(100);
    for (const port of ports.slice(0, 10)) {
      const server = createServer().listen(port, "127.0.0.1");
      await once(server, "listening");
      server.close();
    }
  });

  it("are chosen again while another program is faster", async () => {
    const tried: number[] = [];
    const port = await onFreePorts(1, async ([port]) => {
      tried.push(port as number);
      if (tried.length < 3) throw new PortTaken("taken");
      return port;
    });
    expect(port).toBe(tried[2]);
    expect(new Set(tried).size).toBe(3);
  });

  it("are given up on after five tries, and other failures at once", async () => {
    let tries = 0;
    const failing = (error: Error) =>
      onFreePorts(1, async () => {
        tries += 1;
        throw error;
      });
    await expect(failing(new PortTaken("taken"))).rejects.toThrow("taken");
    expect(tries).toBe(5);
    await expect(failing(new Error("broken"))).rejects.toThrow("broken");
    expect(tries).toBe(6);
  });
});
