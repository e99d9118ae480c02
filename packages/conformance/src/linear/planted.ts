import assert from "node:assert/strict";
import { brokenDrivers } from "../broken/index.ts";
import type { Harness } from "../case.ts";
import { breakHarness } from "../proof/break.ts";
import { runCases } from "../run.ts";

export interface PlantedOptions {
  /** The id of a broken driver: `"BROKEN-301"`. */
  readonly fault: string;
  /** The id of the case that is to find it; by default the one that the broken driver names. */
  readonly by?: string;
  /** How many seeds are tried at most. Default 10. */
  readonly tries?: number;
  /**
   * Goes on to other seeds until the message shows no more calls than this, and else tells what showed the fewest. Default 8:
   * more can't be read at a glance.
   */
  readonly callsMax?: number;
}

/** What a case said of a planted fault. */
export interface PlantedFinding {
  readonly message: string;
  /** How many calls the message shows. */
  readonly calls: number;
  /** The seed with which the case failed. */
  readonly seed: number;
}

/**
 * Plants a fault before a sound backend and lets a case look for it, with one seed after the other. Which calls overlap is up
 * to chance and to the backend, so this shows whether histories are any good at finding races on a backend of yours.
 *
 * @throws AssertionError when the case passed each time, or does not apply to the backend.
 */
export async function findPlanted(
  harness: Harness,
  { fault, by, tries = 10, callsMax = 8 }: PlantedOptions,
): Promise<PlantedFinding> {
  const broken = brokenDrivers.find(({ id }) => id === fault);
  if (broken === undefined) throw new Error(`Cannot plant a fault: there is no broken driver ${JSON.stringify(fault)}`);
  const only = [by ?? broken.killedBy];
  let best: PlantedFinding | undefined;
  for (let seed = 1; seed <= tries && !(best !== undefined && best.calls <= callsMax); seed++) {
    const [result] = await runCases(breakHarness(harness, broken), { only, seed });
    if (result?.status === "skipped") assert.fail(`${only[0]} can't find ${fault} here: ${result.reason}`);
    if (result?.status !== "failed") continue;
    const { message } = result.error as Error;
    const calls = message.match(/^client \d+ +\|/gm)?.length ?? 0;
    if (best === undefined || calls < best.calls) best = { message, calls, seed };
  }
  if (best !== undefined) return best;
  assert.fail(`${only[0]} did not find ${fault} within ${tries} runs: a driver that ${broken.title}`);
}
