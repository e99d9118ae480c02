import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout } from "node:timers/promises";
import type { LateStray } from "@stowage/conformance/report";
import { printable } from "./format.ts";
import { exitCodes, type Shell } from "./shell.ts";

/** So long may what a driver has left ticking fail and still be found, in milliseconds. */
const quietMs = 1000;
const lookMs = 10;

/** Runs a step that hears of what fails in the background, and tells what of it no report could: then the exit code is not 0. */
export async function withBackground(shell: Shell, step: (background: Background) => Promise<number>): Promise<number> {
  const { casesUnderWay, hearLateStrays, messageOf } = await import("@stowage/conformance/report");
  const background = new Background(hearLateStrays);
  shell.io.onEarlyExit?.(() => {
    const ids = casesUnderWay();
    return JSON.stringify(background.place) + (ids.length > 0 ? `, in ${ids.join(" or ")},` : "");
  });
  const tell = async (): Promise<boolean> => {
    const untold = [...background.end()].flatMap(([place, strays]) =>
      strays.map(({ error }) => `Something of ${JSON.stringify(place)} failed in the background: ${messageOf(error)}`),
    );
    for (const one of new Set(untold)) await shell.err.line(`stowage: ${printable(shell.conceal(one))}`);
    return untold.length > 0;
  };
  let code: number;
  try {
    code = await step(background);
  } catch (error) {
    // It may well be why the step has failed.
    await tell();
    throw error;
  }
  return (await tell()) && code === exitCodes.ok ? exitCodes.failed : code;
}

/**
 * Hears of what targets let fail in the background while no run of cases does: where they are loaded, first opened, and done.
 * Without it that ends the command before it has told anything. In place from its making to {@link end}.
 */
export class Background {
  readonly #place = new AsyncLocalStorage<string>();
  readonly #strays = new Map<string, LateStray[]>();
  readonly #release: () => void;
  /** Where something begins that has lost its context, it most likely belongs to what was begun last. */
  #latest = "";

  /** @param listen - `hearLateStrays` of the suite, which is loaded only when it is needed. */
  constructor(listen: typeof import("@stowage/conformance/report").hearLateStrays) {
    this.#release = listen((error, id) => {
      const { place } = this;
      this.#strays.set(place, [...(this.#strays.get(place) ?? []), { error, id }]);
    });
  }

  /** Of the target that the caller belongs to. */
  get place(): string {
    return this.#place.getStore() ?? this.#latest;
  }

  /** Does something with the target at a place: all that it leaves behind belongs to that one. */
  run<T>(place: string, body: () => Promise<T>): Promise<T> {
    this.#latest = place;
    return this.#place.run(place, body);
  }

  /** As {@link run}; what the target has left ticking gets a moment more, so that its report has what becomes of that. */
  async settled<T>(place: string, signal: AbortSignal, body: () => Promise<T>): Promise<T> {
    const before = ticking();
    const result = await this.run(place, body);
    for (let waitedMs = 0; waitedMs < quietMs && ticking() > before && !signal.aborted; waitedMs += lookMs) {
      await setTimeout(lookMs);
    }
    return result;
  }

  /** What was heard of a target since it was last asked for. */
  take(place: string): readonly LateStray[] {
    const strays = this.#strays.get(place) ?? [];
    this.#strays.delete(place);
    return strays;
  }

  /** Hears no more; returns what nobody has taken, by places. */
  end(): ReadonlyMap<string, readonly LateStray[]> {
    this.#release();
    return this.#strays;
  }
}

/** How many timers keep the process alive. */
function ticking(): number {
  return process.getActiveResourcesInfo().filter((one) => one === "Timeout" || one === "Immediate").length;
}
