import type { Range } from "@stowage/core";
import type { SqliteStatement } from "./database.ts";
import { boundsOf, rangeBehind } from "./range.ts";
import type { Statements } from "./statements.ts";

/** A record as it lies in the table. */
interface Row {
  readonly name: string;
  readonly text: string;
}

/** A part of a scan, and the ranges that are left behind it. */
export interface ScanPage {
  readonly rows: readonly Row[];
  readonly rest: readonly Range[];
}

const rowsMax = 256;
/** Where a client gives rows all at once only, and so can't stop when the texts become too much. */
const rowsMaxAtOnce = 16;
/** A page ends when its texts have more UTF-16 units than this. */
const lengthMax = 4_000_000;
const rangesMax = 1000;

/** Reads some records. Ranges that hold few share a page; no statement stays open behind it. */
export function scanPage(sql: Statements, ranges: readonly Range[]): ScanPage {
  const countMax = Math.min(ranges[0]?.limit ?? rowsMax, sql.records.iterate === undefined ? rowsMaxAtOnce : rowsMax);
  const rows: Row[] = [];
  let length = 0;
  for (const [index, range] of ranges.slice(0, rangesMax).entries()) {
    for (const row of rowsOf(range.reverse ? sql.recordsBackward : sql.records, range, countMax - rows.length)) {
      rows.push(row);
      length += row.text.length;
      if (rows.length === countMax || length > lengthMax) {
        return { rows, rest: [rangeBehind(range, row.name), ...ranges.slice(index + 1)] };
      }
    }
  }
  return { rows, rest: ranges.slice(rangesMax) };
}

function rowsOf(statement: SqliteStatement, range: Range, limit: number): Iterable<Row> {
  const parameters = [...boundsOf(range), limit];
  // The statement selects these two columns, which the schema declares as texts.
  return (statement.iterate?.(...parameters) ?? statement.all(...parameters)) as Iterable<Row>;
}
