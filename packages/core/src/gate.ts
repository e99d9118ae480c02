/** Lets a bounded number in at once; the others wait in line, first come first served. */
export class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  async run<T>(body: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await body();
    } finally {
      const next = this.#waiting.shift();
      // Handed over, so that nobody who comes now gets in before those who wait.
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
