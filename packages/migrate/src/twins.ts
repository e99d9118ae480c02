import type { List } from "./tally.ts";
import type { Twins } from "./types.ts";

/**
 * Finds paths that a target can't keep apart because it folds case or Unicode forms, folders included. Names come in
 * order. Keeps every path, so memory grows with the store: only for targets that fold.
 */
export class TwinFinder {
  readonly #found: List<Twins>;
  readonly #first = new Map<string, string>();
  #previous = "";

  constructor(found: List<Twins>) {
    this.#found = found;
  }

  add(name: string): void {
    for (let end = name.indexOf("/"); end !== -1; end = name.indexOf("/", end + 1)) {
      const folder = name.slice(0, end + 1);
      // Names of one folder follow each other, so a folder is looked at when it is entered.
      if (!this.#previous.startsWith(folder)) this.#note(folder);
    }
    this.#note(name);
    this.#previous = name;
  }

  #note(path: string): void {
    const folded = path.normalize("NFC").toLowerCase().normalize("NFC");
    const first = this.#first.get(folded);
    if (first === undefined) this.#first.set(folded, path);
    else if (first !== path) this.#found.add({ first, second: path });
  }
}
