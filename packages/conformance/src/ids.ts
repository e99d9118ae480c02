/** Ids in one line, in order, runs of numbers of one category as `LIST-001–014`. */
export function inBrief(ids: readonly string[]): string {
  const runs: { category: string; first: string; last: string }[] = [];
  for (const id of ids.toSorted()) {
    const cut = id.lastIndexOf("-");
    const [category, number] = [id.slice(0, cut), id.slice(cut + 1)];
    const run = runs.at(-1);
    if (run?.category === category && Number(run.last) + 1 === Number(number)) run.last = number;
    else runs.push({ category, first: number, last: number });
  }
  return runs.map(({ category, first, last }) => `${category}-${first}${first === last ? "" : `–${last}`}`).join(", ");
}
