import { getBorderCharacters, table } from "table";
import type { Output } from "./io.ts";

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. Default left. */
  readonly align?: "left" | "right";
  /** Whether a narrow terminal does without it. Of several, the last one goes first. */
  readonly isExtra?: boolean;
}

/** What stands between two columns, and at both ends of a line. */
const boxed = { between: 3, ends: 4 } as const;
const bare = { between: 2, ends: 0 } as const;
/** The first column is cut only when it is longer, and never to less than the other. */
const firstColumnEnough = 24;
const firstColumnMin = 8;

/**
 * The rows under their titles: boxed on a terminal, aligned by spaces for everything else. The last row is set apart
 * when it is a total. What is too wide for a terminal goes without the box, then without the columns that are extra, then
 * with the middle of the first column cut out, so that no line wraps.
 */
export function renderTable(
  out: Output,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  hasTotal: boolean,
): string {
  if (!out.isTerminal) return bareTable(out, columns, rows);
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => (row[index] as string).length)),
  );
  const room = (shown: readonly number[], { between, ends }: typeof boxed | typeof bare): number =>
    shown.slice(1).reduce((left, index) => left - between - (widths[index] as number), out.columns - ends);
  const firstWanted = Math.min(widths[0] as number, firstColumnEnough);
  let shown = columns.map((_, index) => index);
  const isBoxed = room(shown, boxed) >= firstWanted;
  while (room(shown, isBoxed ? boxed : bare) < firstWanted) {
    const extra = shown.findLast((index) => columns[index]?.isExtra);
    if (extra === undefined) break;
    shown = shown.filter((index) => index !== extra);
  }
  const firstMax = Math.max(firstColumnMin, room(shown, isBoxed ? boxed : bare));
  const cells = rows.map((row) =>
    shown.map((index) => (index === 0 ? clip(row[0] ?? "", firstMax) : (row[index] ?? ""))),
  );
  const shownColumns = shown.map((index) => columns[index] as Column);
  return isBoxed ? boxedTable(out, shownColumns, cells, hasTotal) : bareTable(out, shownColumns, cells);
}

function boxedTable(
  out: Output,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  hasTotal: boolean,
): string {
  return table([titlesOf(out, columns), ...rows.map((row) => [...row])], {
    border: getBorderCharacters("norc"),
    columns: alignmentsOf(columns),
    drawHorizontalLine: (index, size) => index <= 1 || index === size || (hasTotal && index === size - 1),
  });
}

function bareTable(out: Output, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  return table([titlesOf(out, columns), ...rows.map((row) => [...row])], {
    border: getBorderCharacters("void"),
    columnDefault: { paddingLeft: 0, paddingRight: bare.between },
    columns: alignmentsOf(columns),
    drawHorizontalLine: () => false,
  }).replace(/ +$/gm, "");
}

function titlesOf(out: Output, columns: readonly Column[]): string[] {
  return columns.map(({ title }) => out.style("bold", title));
}

function alignmentsOf(columns: readonly Column[]): { alignment: "left" | "right" }[] {
  return columns.map(({ align = "left" }) => ({ alignment: align }));
}

/** Leaves both ends, as names of one sort differ at either. */
function clip(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const tail = Math.floor((lengthMax - 1) / 2);
  return `${text.slice(0, lengthMax - 1 - tail)}…${text.slice(text.length - tail)}`;
}
