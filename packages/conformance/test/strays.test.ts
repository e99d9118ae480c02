import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const program = join(import.meta.dirname, "runners/strays.ts");

interface Printed {
  readonly ended: readonly { readonly id: string; readonly status: string; readonly message: string }[];
  /** How many listeners the run has left behind. */
  readonly left: number;
}

/** Runs cases in a process of their own: vitest listens for what is tested here, too. */
async function ran(...args: readonly string[]): Promise<Printed> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@stowage/source", program, ...args]);
  return JSON.parse(stdout) as Printed;
}

describe("what fails in the background", () => {
  it.each([
    ["a rejection that nobody waits for", "BROKEN-901", "the second write failed"],
    ["an error that nobody can catch", "BROKEN-902", "the clean-up failed"],
  ])("fails the case in which it happened: %s", async (_, id, message) => {
    const { ended, left } = await ran(id, "RECORD-001", "LIST-001");
    expect(ended[0]).toMatchObject({
      id: "RECORD-001",
      status: "failed",
      broke: "stray",
      message: `Error: ${message}`,
    });
    // It writes nothing.
    expect(ended[1]).toMatchObject({ id: "LIST-001", status: "passed" });
    expect(left).toBe(0);
  });

  it("fails the case that left it behind, also when it is heard of in the next one", async () => {
    const { ended } = await ran("none", "MINE-001", "MINE-003");
    expect(ended).toMatchObject([
      { id: "MINE-001", status: "failed", broke: "stray", message: "Error: far too late" },
      { id: "MINE-003", status: "passed" },
    ]);
  });

  it("is told apart where cases run side by side, and is why one of them hangs", async () => {
    const { ended } = await ran("none", "MINE-001", "MINE-002", "MINE-003");
    expect(ended).toMatchObject([
      { id: "MINE-001", message: "Error: far too late" },
      { id: "MINE-002", status: "failed", broke: "stray", message: "Error: it stopped the work" },
      { id: "MINE-003", status: "passed" },
    ]);
  });
});
