import { getBorderCharacters, table } from "table";
import type { Output } from "./io.ts";

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. Default left. */
  readonly align?: "left" | "right";
}

/** What the borders and paddings of a table on a terminal take: three characters a column and one more. */
const borderWidth = 3;
const firstColumnMin = 8;

/**
 * The rows under their titles: boxed on a terminal, aligned by spaces for everything else. The last row is set apart
 * when it is a total. On a terminal the first column is cut so that lines don't wrap.
 */
export function renderTable(
  out: Output,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  hasTotal: boolean,
): string {
  const titles = columns.map(({ title }) => out.style("bold", title));
  const alignments = columns.map(({ align = "left" }) => ({ alignment: align }));
  if (!out.isTerminal) {
    return table([titles, ...rows.map((row) => [...row])], {
      border: getBorderCharacters("void"),
      columnDefault: { paddingLeft: 0, paddingRight: 2 },
      columns: alignments,
      drawHorizontalLine: () => false,
    }).replace(/ +$/gm, "");
  }
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => (row[index] as string).length)),
  );
  const others = widths.slice(1).reduce((sum, width) => sum + width + borderWidth, borderWidth + 1);
  const firstMax = Math.max(firstColumnMin, out.columns - others);
  return table([titles, ...rows.map(([first = "", ...rest]) => [clip(first, firstMax), ...rest])], {
    border: getBorderCharacters("norc"),
    columns: alignments,
    drawHorizontalLine: (index, size) => index <= 1 || index === size || (hasTotal && index === size - 1),
  });
}

function clip(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`;
}
