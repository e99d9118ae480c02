import assert from "node:assert/strict";
import type { Storage } from "@stowage/core";
import type { Context } from "../case.ts";
import { numbered } from "../expect.ts";
import { checkHistory } from "./check.ts";
import { type Assignment, clock, recordClient } from "./client.ts";
import type { Recorded } from "./history.ts";
import { stepsOf, type Workload } from "./workload.ts";

/** A recording: what is done, by how many, and where they sit. */
export interface Recording extends Workload {
  /** Several clients of one store; each with a handle of its own; each but the first in a process of its own. */
  readonly clients: "calls" | "handles" | "processes";
  /** How many clients. */
  readonly count: number;
  /** How many steps each client takes, to be multiplied by the scale. */
  readonly steps: number;
  /** What each record is before; absent, there is none. */
  readonly initial?: number;
}

/**
 * Lets clients loose on a few records, records what each calls and gets, and fails unless there is an order that explains
 * it, record by record.
 *
 * @param id - of the case, so that the message can say how to run it again.
 */
export async function checkRecording(context: Context, id: string, recording: Recording): Promise<void> {
  const { store, scale, seed } = context;
  const keys = numbered(["linear"], recording.keys);
  if (recording.initial !== undefined) for (const key of keys) await store.write(key, recording.initial);
  const { together, stride } = recording;
  const whole = { clients: recording.count + 1, keys, together, stride, origin: clock() };
  const assignments = Array.from({ length: recording.count }, (_, client): Assignment => {
    return { ...whole, client, steps: stepsOf(recording, recording.steps * scale, seed * recording.count + client) };
  });
  const history = (await perform(context, recording, assignments)).flat();
  // A last look, when all is quiet, by one who has not looked before: what was acknowledged must be there.
  const looks = keys.map((_, key) => ({ type: "read" as const, key, pauseMs: 0 }));
  history.push(...(await recordClient(await context.open(), { ...whole, client: recording.count, steps: looks })));
  const finding = checkHistory(history, recording.initial ?? null);
  if (finding !== undefined) {
    const what = `No order of the calls on the record ${JSON.stringify(keys[finding.key])} explains what they gave`;
    const size = `These are of ${history.length} calls of ${recording.count} clients; no other call can have come between that explains them`;
    const again = `To try again: --only ${id} --seed ${seed} --scale ${scale}; chance has a part in it, a larger scale helps`;
    assert.fail(`${what}: ${finding.reason}\n\n${finding.picture}\n\n${size}. ${again}.`);
  }
}

async function perform(
  { store, open, spawn }: Context,
  { clients }: Recording,
  assignments: readonly Assignment[],
): Promise<readonly (readonly Recorded[])[]> {
  const [first, ...others] = assignments;
  if (clients === "processes") {
    const children = await Promise.all(others.map((assignment) => spawn("history", assignment)));
    // Cast: what the task resolves to.
    const rest = children.map((child) => child.run() as Promise<readonly Recorded[]>);
    return Promise.all([recordClient(store, first as Assignment), ...rest]);
  }
  const stores: Storage[] = [store];
  for (const _ of others) stores.push(clients === "calls" ? store : await open());
  return Promise.all(assignments.map((assignment, i) => recordClient(stores[i] as Storage, assignment)));
}
