/** Lets the holders of one name run one after the other, first come first served; other names don't wait. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>();

  async run<T>(name: string, body: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(name);
    const { promise: tail, resolve: release } = Promise.withResolvers<void>();
    this.#tails.set(name, tail);
    await before;
    try {
      return await body();
    } finally {
      release();
      // The last in line leaves nothing behind: a store of a million keys must not keep a million locks.
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
    }
  }
}
