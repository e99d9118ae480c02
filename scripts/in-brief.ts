/** Ids in one line: runs of numbers of one category as `LIST-001–014`. */
export function inBrief(ids: readonly string[]): string {
  const runs: { category: string; first: string; last: string }[] = [];
  for (const id of ids.toSorted()) {
    const { category, number } = parts(id);
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
    const { category, number } = parts(id);
    const count = last === undefined ? 1 : Number(last) - Number(number) + 1;
    return Array.from({ length: count }, (_, i) => `${category}-${String(Number(number) + i).padStart(3, "0")}`);
  });
}

function parts(id: string): { readonly category: string; readonly number: string } {
  const cut = id.lastIndexOf("-");
  return { category: id.slice(0, cut), number: id.slice(cut + 1) };
}
