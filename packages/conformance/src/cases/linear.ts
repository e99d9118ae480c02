import type { Capabilities } from "@stowage/core";
import type { Backend, Case } from "../case.ts";
import { checkRecording, type Recording } from "../linear/run.ts";
import type { Workload } from "../linear/workload.ts";

/** A register: what is written last is read. Sweeps and listings are looks at each record too. */
const register: Workload = { keys: 2, weights: { read: 6, write: 3 } };
const removals: Workload = { keys: 2, weights: { read: 6, write: 4, remove: 3 } };
const looks: Workload = { keys: 3, weights: { readMany: 3, entries: 3, write: 4, remove: 1 } };
const listings: Workload = { keys: 3, weights: { list: 5, write: 2, remove: 2 } };
/** Calls of one handle share what is under way. */
const likeLooks: Workload = { keys: 3, weights: { read: 1, readMany: 3, entries: 2, list: 4, write: 4, remove: 2 } };
/** A register with conditions. */
const conditions: Workload = { keys: 2, weights: { read: 3, swap: 5, create: 1 } };
/** Conditions are worth little where a write without one goes by them. */
const mixture: Workload = {
  keys: 2,
  weights: { read: 4, swap: 4, create: 1, write: 2, remove: 1, writeAll: 2, removeAll: 1 },
};
const conditionalRemovals: Workload = { keys: 2, weights: { read: 4, swap: 3, create: 1, removeIf: 3 } };
const counter: Workload = { keys: 2, weights: { read: 1, add: 3 } };
/** Nor is a lock worth much that an update takes, and a batch does not. */
const interrupted: Workload = { keys: 2, stride: 10_000, weights: { read: 1, add: 5, writeAll: 2, removeAll: 1 } };
const batches: Workload = { keys: 2, together: true, weights: { read: 4, readMany: 1, batch: 3 } };
/** More than fit into one request, one statement, or one step of a driver that splits what is long. */
const largeBatches: Workload = { keys: 250, together: true, weights: { read: 4, batch: 2 } };

const handles = { clients: "handles", count: 4, steps: 40 } as const;
/** More steps: processes don't begin at the same instant. */
const processes = { clients: "processes", count: 3, steps: 60 } as const;

function noProcess(_: Capabilities, { process }: Backend): string | undefined {
  return process === undefined ? "no other process can see the data" : undefined;
}

function noShared({ compareAndSwap }: Capabilities): string | undefined {
  return compareAndSwap === "store" ? undefined : "the backend claims no shared conditions";
}

function noSharedRemoval({ compareAndRemove }: Capabilities): string | undefined {
  return compareAndRemove === "store" ? undefined : "the backend claims no shared conditions for removals";
}

function noBatch({ atomicBatch }: Capabilities): string | undefined {
  return atomicBatch === "none" ? "the backend claims no atomic batches" : undefined;
}

interface Recorded extends Pick<Case, "id" | "law" | "title" | "profile"> {
  readonly recording: Recording;
  /** The first reason counts. */
  readonly unless?: readonly NonNullable<Case["when"]>[];
}

const recorded: readonly Recorded[] = [
  {
    id: "LINEAR-001",
    law: "R1",
    title: "what a few clients at once read and write has an order",
    recording: { ...register, clients: "handles", count: 3, steps: 20 },
  },
  {
    id: "LINEAR-002",
    law: "R1",
    title: "what many handles read, write, and remove has an order",
    profile: "full",
    recording: { ...removals, ...handles },
  },
  {
    id: "LINEAR-003",
    law: "M1",
    title: "what reads and sweeps of many records find while they are written fits the order of each",
    profile: "full",
    recording: { ...looks, ...handles },
  },
  {
    id: "LINEAR-004",
    law: "R6",
    title: "what listings show while records come and go fits the order of each",
    profile: "full",
    recording: { ...listings, ...handles },
  },
  {
    id: "LINEAR-005",
    law: "V2",
    title: "conditional writes of calls at once have an order",
    profile: "full",
    recording: { ...conditions, ...handles, clients: "calls" },
    unless: [({ compareAndSwap }) => (compareAndSwap === "none" ? "the backend claims no conditions" : undefined)],
  },
  {
    id: "LINEAR-006",
    law: "V2",
    title: "conditional writes of many handles have an order",
    profile: "full",
    recording: { ...conditions, ...handles },
    unless: [noShared],
  },
  {
    id: "LINEAR-007",
    law: "V2",
    title: "conditional writes and removals of many handles have an order",
    profile: "full",
    recording: { ...conditionalRemovals, ...handles },
    unless: [noShared, noSharedRemoval],
  },
  {
    id: "LINEAR-008",
    law: "R4",
    title: "updates of many handles have an order",
    profile: "full",
    recording: { ...counter, ...handles, initial: 0 },
    unless: [noShared],
  },
  {
    id: "LINEAR-009",
    law: "M3",
    title: "atomic batches of many handles are seen at one instant",
    profile: "full",
    recording: { ...batches, ...handles },
    unless: [noBatch],
  },
  {
    id: "LINEAR-010",
    law: "R1",
    title: "what several processes read, write, and remove has an order",
    profile: "full",
    recording: { ...removals, ...processes },
    unless: [noProcess],
  },
  {
    id: "LINEAR-011",
    law: "R6",
    title: "what listings show while other processes write and remove fits the order of each record",
    profile: "full",
    recording: { ...listings, ...processes },
    unless: [noProcess],
  },
  {
    id: "LINEAR-012",
    law: "V2",
    title: "conditional writes of several processes have an order",
    profile: "full",
    recording: { ...conditions, ...processes },
    unless: [noProcess, noShared],
  },
  {
    id: "LINEAR-013",
    law: "V2",
    title: "conditional writes and removals of several processes have an order",
    profile: "full",
    recording: { ...conditionalRemovals, ...processes },
    unless: [noProcess, noShared, noSharedRemoval],
  },
  {
    id: "LINEAR-014",
    law: "R4",
    title: "updates of several processes have an order",
    profile: "full",
    recording: { ...counter, ...processes, initial: 0 },
    unless: [noProcess, noShared],
  },
  {
    id: "LINEAR-015",
    law: "M3",
    title: "atomic batches of several processes are seen at one instant",
    profile: "full",
    recording: { ...batches, ...processes },
    unless: [noProcess, noBatch],
  },
  {
    id: "LINEAR-016",
    law: "V2",
    title: "writes and removals without a condition have one order with those that have one",
    profile: "full",
    recording: { ...mixture, ...handles },
    unless: [noShared],
  },
  {
    id: "LINEAR-017",
    law: "V2",
    title: "writes and removals of several processes have one order, with a condition and without",
    profile: "full",
    recording: { ...mixture, ...processes },
    unless: [noProcess, noShared],
  },
  {
    id: "LINEAR-018",
    law: "M3",
    title: "atomic batches of 250 records each are seen at one instant, however many handles make them at once",
    profile: "full",
    recording: { ...largeBatches, clients: "handles", count: 3, steps: 25 },
    unless: [noBatch],
  },
  {
    id: "LINEAR-019",
    law: "R4",
    title: "updates of many handles have one order with the batches and the removed prefixes of others",
    profile: "full",
    recording: { ...interrupted, ...handles },
    unless: [noShared],
  },
  {
    id: "LINEAR-020",
    law: "R4",
    title: "updates of several processes have one order with the batches and the removed prefixes of others",
    profile: "full",
    recording: { ...interrupted, ...processes },
    unless: [noProcess, noShared],
  },
  {
    id: "LINEAR-021",
    law: "R1",
    title: "what calls of one handle at once read, sweep, and list while it writes fits the order of each record",
    profile: "full",
    recording: { ...likeLooks, ...handles, clients: "calls" },
  },
];

export const linearCases: readonly Case[] = recorded.map(({ recording, unless = [], ...one }) => ({
  ...one,
  byChance: true,
  when: (capabilities, backend) => {
    for (const reason of unless) {
      const said = reason(capabilities, backend);
      if (said !== undefined) return said;
    }
    return undefined;
  },
  run: (context) => checkRecording(context, one.id, recording),
}));
