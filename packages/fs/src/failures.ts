/** Keeps the first of several errors until the rest of the work is done. */
export class Failures {
  #first: { readonly error: unknown } | undefined;

  get any(): boolean {
    return this.#first !== undefined;
  }

  add(error: unknown): void {
    this.#first ??= { error };
  }

  /** Throws the first error as it was, if there was one. */
  rethrow(): void {
    if (this.#first !== undefined) throw this.#first.error;
  }
}
