import type { Disk } from "./disk.ts";
import { type PowerLoss, powerLosses } from "./fault.ts";
import type { Tree } from "./tree.ts";

/** What a power cut at one moment would have left. JSON: it travels to the parent. */
export interface Cut {
  readonly tree: Tree;
  readonly loses: PowerLoss;
  /** How many changes to the disk it came after. */
  readonly change: number;
  /** Whether the call had been acknowledged by then. */
  readonly isDone: boolean;
}

export interface CutOptions {
  readonly seed: number;
  /** How often chance is asked at each moment. */
  readonly chances: number;
}

/**
 * Lets a call be made, and what follows it; resolves to what a power cut would have left at each moment of both. What is the
 * same at several moments comes once, at the last of them: what it must hold then is the most that is asked of it.
 */
export async function recordCuts(
  disk: Disk,
  call: () => Promise<unknown>,
  after: () => Promise<void>,
  { seed, chances }: CutOptions,
): Promise<readonly Cut[]> {
  const cuts = new Map<string, Cut>();
  let isDone = false;
  let change = 0;
  const note = (): void => {
    for (const loses of powerLosses) {
      // What chance decides it decides anew each time.
      for (let turn = 0; turn < (loses === "some" ? chances : 1); turn++) {
        const tree = disk.left(loses, (seed * 1000 + change) * chances + turn);
        cuts.set(JSON.stringify(tree), { tree, loses, change, isDone });
      }
    }
    change++;
  };
  await disk.changing(async () => {
    await disk.watch(note, call);
    isDone = true;
    await disk.watch(note, after);
  });
  return [...cuts.values()];
}
