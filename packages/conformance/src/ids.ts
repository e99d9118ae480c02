/** Ids in one line, in order, runs of numbers of one category as `LIST-001–014`. */
export function inBrief(ids: readonly string[]): string {
  const runs: { category: string; first: string; last: string }[] = [];
  for (const id of ids.toSorted()) {
    const category = categoryOf(id);
    const number = numberOf(id);
    const run = runs.at(-1);
    if (run?.category === category && Number(run.last) + 1 === Number(number)) run.last = number;
    else runs.push({ category, first: number, last: number });
  }
  return runs.map(({ category, first, last }) => `${category}-${first}${first === last ? "" : `–${last}`}`).join(", ");
}

/** The ids of a line that {@link inBrief} made. */
export function inFull(line: string): readonly string[] {
  if (line === "") return [];
  return line.split(", ").flatMap((run) => {
    const [id = "", last] = run.split("–");
    const number = Number(numberOf(id));
    const count = last === undefined ? 1 : Number(last) - number + 1;
    return Array.from({ length: count }, (_, i) => `${categoryOf(id)}-${String(number + i).padStart(3, "0")}`);
  });
}

/** `"LIST"` of `"LIST-014"`. */
export function categoryOf(id: string): string {
  return id.slice(0, id.lastIndexOf("-"));
}

function numberOf(id: string): string {
  return id.slice(id.lastIndexOf("-") + 1);
}
