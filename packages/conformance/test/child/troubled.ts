// Drivers of child processes that are no good child: for tests of how they end.
import { connect, type Socket } from "node:net";
import { delegate, type Driver, memory } from "@stowage/core";

/** No write succeeds. */
export async function refusing(): Promise<Driver> {
  return delegate(memory(), { put: () => Promise.reject(new Error("no place left")) });
}

/** Tells a port of the process that it has opened, and that it is at its first write, which never ends and never yields. */
export async function spinning({ port }: { readonly port: number }): Promise<Driver> {
  const socket = connect(port, "127.0.0.1");
  await said(socket, `${process.pid}\n`);
  // It keeps the process alive no longer than its parent does.
  socket.unref();
  return delegate(memory(), {
    put: async () => {
      await said(socket, "spins\n");
      for (;;);
    },
  });
}

function said(socket: Socket, line: string): Promise<void> {
  return new Promise((resolve) => {
    socket.write(line, () => resolve());
  });
}
