/** So many runs of numbers are shown where a line has to be short. */
const runsMax = 8;

/** Ids in one line, in order, runs of numbers of one category as `LIST-001–014`. */
export function inBrief(ids: readonly string[]): string {
  return runsOf(ids)
    .map(({ text }) => text)
    .join(", ");
}

/** As {@link inBrief}, but no longer than a sentence bears: `LIST-001–014, LIST-020 and 45 more`. */
export function inShort(ids: readonly string[]): string {
  const runs = runsOf(ids);
  // One that is left out takes as much room as to say so.
  if (runs.length <= runsMax + 1) return inBrief(ids);
  const rest = runs.slice(runsMax).reduce((sum, { count }) => sum + count, 0);
  return `${runs
    .slice(0, runsMax)
    .map(({ text }) => text)
    .join(", ")} and ${rest} more`;
}

function runsOf(ids: readonly string[]): readonly { readonly text: string; readonly count: number }[] {
  const runs: { category: string; first: string; last: string }[] = [];
  for (const id of ids.toSorted()) {
    const category = categoryOf(id);
    const number = numberOf(id);
    const run = runs.at(-1);
    if (run?.category === category && Number(run.last) + 1 === Number(number)) run.last = number;
    else runs.push({ category, first: number, last: number });
  }
  return runs.map(({ category, first, last }) => ({
    text: `${category}-${first}${first === last ? "" : `–${last}`}`,
    count: Number(last) - Number(first) + 1,
  }));
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
