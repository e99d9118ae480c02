import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { DriverError, isStorageError, type Store } from "@stowage/core";
import { checkLeft, prepare } from "../aftermath.ts";
import { type CutOptions, recordCuts } from "../disk/cuts.ts";
import type { Disk } from "../disk/disk.ts";
import { type DiskErrorCode, diskErrorCodes, type PowerLoss } from "../disk/fault.ts";
import { type Act, type ActName, acts, kept } from "./acts.ts";
import { die } from "./die.ts";
import { patterned } from "./patterned.ts";
import type { Task } from "./tasks.ts";

/** What children do that are not meant to end well. */
export const ordeals: Readonly<Record<string, Task>> = {
  /** Writes a record, which is acknowledged then, and does an act. */
  async act(store, args) {
    await store.write(kept, patterned(0));
    await acts[(args as { act: ActName }).act].run(store);
  },

  async actOnly(store, args) {
    await acts[(args as { act: ActName }).act].run(store);
  },

  /** The same as `act`, and then the power is cut; before that, all is flushed if so ordered. */
  async actThenCut(store, args, _, disk) {
    const { act, loses, sync } = args as { act: ActName; loses: PowerLoss; sync?: boolean };
    await disk!.changing(async () => {
      await store.write(kept, patterned(0));
      await acts[act].run(store);
      if (sync === true) await store.sync();
    });
    disk!.cut(loses);
  },

  /** The same as `act`, and closes the store; resolves to what a power cut would have left at each moment of both. */
  async actUnderCuts(store, args, _, disk) {
    const { act, ...options } = args as { act: ActName } & CutOptions;
    await store.write(kept, patterned(0));
    return recordCuts(
      disk!,
      () => acts[act].run(store),
      () => store.close(),
      options,
    );
  },

  /** Does an act with one call after the other failing, each in every way; resolves to how often one did. */
  async actOnFailingDisk(store, args, _, disk) {
    const act = acts[(args as { act: ActName }).act];
    await store.write(kept, patterned(0));
    // What is made once and kept, such as a lock for each record that is removed at once, is made now.
    await disk!.changing(() => prepareAnew(store, act));
    await prepareAnew(store, act);
    await act.run(store);
    await prepareAnew(store, act);
    const files = filesIn(disk!);
    for (const code of diskErrorCodes) await failEachCall(store, act, { code, disk: disk!, files });
    return disk!.hits;
  },

  /** Dies in the middle of a listing and a sweep. */
  async readAndDie(store) {
    for await (const _ of store.keys([])) {
      for await (const _ of store.entries([])) die();
    }
  },
};

interface Failing {
  readonly code: DiskErrorCode;
  readonly disk: Disk;
  /** What there is when all is well. */
  readonly files: readonly string[];
}

async function failEachCall(store: Store, act: Act, { code, disk, files }: Failing): Promise<void> {
  for (let nth = 1, isHit = true; isHit; nth++) {
    const before = disk.hits;
    disk.arm([{ nth, when: "half", does: { fail: code } }]);
    const failure = await act.run(store).then(
      () => undefined,
      (error: unknown) => error,
    );
    disk.arm([]);
    isHit = disk.hits > before;
    try {
      if (failure === undefined) await checkLeft(store, act, "new");
      else await checkFailure(store, act, failure, { code, isHit });
      await prepareAnew(store, act);
      const more = filesIn(disk).filter((file) => !files.includes(file));
      assert.ok(filesIn(disk).length <= files.length, `it left ${more.join(", ")} behind`);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${code} at call ${nth} of a process that ${act.does}: ${reason}`, { cause });
    }
  }
}

/** What a failure left, and what it says of calling again: a call that changed something must not say so when it would do it twice. */
async function checkFailure(
  store: Store,
  act: Act,
  failure: unknown,
  { code, isHit }: { readonly code: DiskErrorCode; readonly isHit: boolean },
): Promise<void> {
  if (!isHit || !isCausedBy(failure, code)) throw failure;
  // A marker is written by the driver itself, whose errors nobody has wrapped.
  const isClassified = isStorageError(failure) || failure instanceof DriverError;
  assert.equal(isClassified ? failure.code : store.driver.codeOf?.(failure), "UNAVAILABLE");
  await checkLeft(store, act, "either");
  if (isClassified && failure.retryable === false) {
    const isUntouched = checkLeft(store, act, "old");
    await assert.rejects(isUntouched, "nothing was changed, yet it says that the same call can't succeed later");
    return;
  }
  await act.run(store);
  await checkLeft(store, act, "new").catch((cause: unknown) => {
    throw new Error("it says that the call can be repeated, and does then what it did already", { cause });
  });
}

function isCausedBy(failure: unknown, code: DiskErrorCode): boolean {
  for (let error = failure; error instanceof Error; error = error.cause) {
    if ((error as NodeJS.ErrnoException).code === code) return true;
  }
  return false;
}

/** Puts down what an act begins with, whatever is there. */
async function prepareAnew(store: Store, act: Act): Promise<void> {
  await store.removePrefix(["act"]);
  await prepare(store, act);
}

/** What might have been left behind. The folder of a record that was not written is no harm: the next one is put there. */
function filesIn({ folder }: Disk): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() || entry.name.startsWith(".")).map(({ name }) => name);
}
