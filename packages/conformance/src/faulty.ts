import { delegate, type Driver } from "@stowage/core";

/** What becomes of one call of a driver; `call` carries it out. */
export type Fault = <T>(call: () => Promise<T>) => Promise<T>;

/** The calls that a fault may meet. Of a listing each page is one. */
export type FaultyMethod = (typeof single)[number] | (typeof paged)[number];

const single = ["get", "getMany", "put", "remove", "update", "batch", "removeRange", "sync"] as const;
const paged = ["list", "scan"] as const;

/** The methods that change records. */
export const changingMethods: readonly FaultyMethod[] = ["put", "remove", "update", "batch", "removeRange"];

/** The call fails and has done nothing. */
export function failsBefore(error: unknown): Fault {
  return async () => {
    throw error;
  };
}

/** The call is carried out, and then its answer is lost. */
export function failsAfter(error: unknown): Fault {
  return async (call) => {
    await call();
    throw error;
  };
}

/** A fault that holds a call until it is let go. */
export interface Hold {
  readonly fault: Fault;
  /** Resolves when a call is held. */
  readonly isHeld: Promise<void>;
  /** Whether the call that was held has ended. */
  hasEnded(): boolean;
  release(): void;
}

export function hold(): Hold {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let isOver = false;
  return {
    fault: async (call) => {
      held.resolve();
      await released.promise;
      const answer = await call();
      isOver = true;
      return answer;
    },
    isHeld: held.promise,
    hasEnded: () => isOver,
    release: () => released.resolve(),
  };
}

/** A driver whose first call of some methods, or of any, meets a fault; all others are sound. */
export function faulty(driver: Driver, fault: Fault, methods?: readonly FaultyMethod[]): Driver {
  let isDue = true;
  const met = async <T>(method: FaultyMethod, call: () => Promise<T>): Promise<T> => {
    if (!isDue || methods?.includes(method) === false) return call();
    isDue = false;
    return fault(call);
  };
  const changes: Record<string, unknown> = {};
  // Casts: a method is called with whatever it was given.
  for (const method of single) {
    const member = driver[method]?.bind(driver) as ((...args: unknown[]) => Promise<unknown>) | undefined;
    if (member !== undefined) changes[method] = (...args: unknown[]) => met(method, () => member(...args));
  }
  for (const method of paged) {
    const member = driver[method]?.bind(driver) as ((range: unknown) => AsyncIterable<unknown>) | undefined;
    if (member === undefined) continue;
    changes[method] = (range: unknown) => pagesOf(member(range), (call) => met(method, call));
  }
  return delegate(driver, changes as Partial<Driver>);
}

async function* pagesOf(pages: AsyncIterable<unknown>, met: Fault): AsyncGenerator<unknown> {
  const iterator = pages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const page = await met(() => iterator.next());
      if (page.done === true) return;
      yield page.value;
    }
  } finally {
    await iterator.return?.();
  }
}
