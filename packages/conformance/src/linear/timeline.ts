import type { Effect, Value } from "./history.ts";

const widthMax = 80;
const gap = "  ";

/**
 * The calls of a history as a picture of text, a line for each in the order of their starts: who, from when to when, what.
 * The bars show the order of starts and ends and which calls overlap; how long it all took, the numbers say, in
 * microseconds since the first start.
 */
export function timeline(effects: readonly Effect[]): string {
  const sorted = effects.toSorted((a, b) => a.of.start - b.of.start);
  const origin = sorted[0]?.of.start ?? 0;
  const micros = (time: number | undefined): string =>
    time === undefined ? "" : String(Math.round((time - origin) / 1000));
  const clients = column(sorted.map(({ of }) => `client ${of.client}`));
  const labels = column(sorted.map(labelOf));
  const times = column(sorted.map(({ of }) => `${micros(of.start)} to ${micros(of.end) || "?"} us`));
  const taken = [clients, labels, times].reduce((sum, [text = ""]) => sum + text.length + gap.length, 0);
  const bars = barsOf(sorted, Math.max(12, widthMax - taken));
  return sorted.map((_, i) => [clients[i], bars[i], labels[i], times[i]?.trimEnd()].join(gap)).join("\n");
}

/** What a call asked for and what it got: `put 9 if 7: refused, was 8`. */
function labelOf({ of: { call, answer }, saw, ruledOut, made }: Effect): string {
  const isRefused = answer !== undefined && "conflict" in answer;
  const askedFor = "ifVersion" in call && call.ifVersion === null ? null : ruledOut?.find((value) => value !== null);
  const condition = "ifVersion" in call ? ` if ${shown(isRefused ? askedFor : saw, "absent")}` : "";
  const asked = { read: "read", list: "list", remove: "remove", removeIf: "remove", add: "add 1" };
  const what = "value" in call ? `${call.type} ${call.value}` : asked[call.type];
  return `${what}${condition}${outcome()}`;

  function outcome(): string {
    if (answer === undefined) return ": no answer";
    if (isRefused) return `: refused, was ${shown(saw, "absent")}`;
    if ("listed" in answer) return answer.listed ? ": there" : ": not there";
    if (call.type === "read") return `: ${shown(saw, "nothing")}`;
    return call.type === "add" ? `: ${shown(made as Value | undefined, "nothing there")}` : "";
  }
}

function shown(value: Value | undefined, absent: string): string {
  return value === null ? absent : String(value ?? "another version");
}

/** Texts made equally long. */
function column(texts: readonly string[]): readonly string[] {
  const width = Math.max(0, ...texts.map(({ length }) => length));
  return texts.map((text) => text.padEnd(width));
}

/** A bar for each call. Instants are put side by side at equal distances, so that short calls beside long ones can be seen. */
function barsOf(effects: readonly Effect[], widthMax: number): readonly string[] {
  const instants = [...new Set(effects.flatMap(({ of }) => [of.start, of.end ?? Infinity]))].sort((a, b) => a - b);
  const step = Math.min(3, (widthMax - 1) / Math.max(1, instants.length - 1));
  const at = (time: number): number => Math.floor(instants.indexOf(time) * step);
  const width = at(instants.at(-1) as number) + 1;
  return effects.map(({ of }) => {
    const start = at(of.start);
    const end = at(of.end ?? Infinity);
    const line = "-".repeat(Math.max(0, end - start - 1));
    return `${" ".repeat(start)}|${line}${of.end === undefined ? ">" : "|"}`.padEnd(width);
  });
}
