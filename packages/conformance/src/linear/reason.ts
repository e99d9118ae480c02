import type { Effect, Value } from "./history.ts";
import { isLinearizable } from "./search.ts";
import { isNeverThere, type Violation } from "./shrink.ts";

/**
 * What can't be, in one sentence without a final period: "client 3 read 7 after client 1's write of 8 was acknowledged".
 *
 * @param whole - the history that the violation was found in, for what nobody ever wrote.
 */
export function reasonOf(violation: Violation, whole: readonly Effect[], initial: Value): string {
  // The call that came back last: until then there was an order.
  const ended = violation.effects.filter(({ end }) => end < Infinity);
  const last = ended.reduce((a, b) => (b.end > a.end ? b : a));
  const { saw, ruledOut = [] } = last;
  const isWrongRefusal = ruledOut.length > 0 && (saw === undefined || ruledOut.includes(saw));
  if (isWrongRefusal && last.of.call.type !== "list") return wrongRefusal(last, violation);
  const others = ended.filter((one) => one !== last);
  return found(last) + (outOfNowhere(last, whole, initial) ?? twice(last, others) ?? tooLate(last, others));
}

/** What a call found the record to be. */
function found(effect: Effect): string {
  const { of, saw } = effect;
  const client = `client ${of.client}`;
  if (of.call.type === "list") return `${client}'s listing ${saw === null ? "missed" : "showed"} the record`;
  if (of.answer !== undefined && "conflict" in of.answer) {
    return `${refusal(effect)} because ${saw === null ? "there was no record" : `the record was ${saw}`}`;
  }
  if (of.call.type === "read") return saw === null ? `${client} found nothing` : `${client} read ${saw}`;
  if (of.call.type === "add") return saw === null ? `${client} found nothing to add to` : `${client} added 1 to ${saw}`;
  if (of.call.type === "removeIf") return `${client} removed ${saw}`;
  return saw === null ? `${client} created the record` : `${client} replaced ${saw}`;
}

function refusal({ of }: Effect): string {
  return `client ${of.client}'s ${of.call.type === "removeIf" ? "removal" : "put"} was refused`;
}

/** A refusal of what should have been done, or one that names a version although there was no record. */
function wrongRefusal(last: Effect, { effects, initial }: Violation): string {
  const { of, saw, ruledOut = [] } = last;
  const isAlone = (value: Value): boolean => {
    const others = effects.map((one) => (one === last ? { ...last, ruledOut: [value] } : one));
    return !isLinearizable(others, initial);
  };
  const was = saw === undefined ? ruledOut.find(isAlone) : saw;
  const values = was === undefined ? ruledOut : [was];
  const isNamed = values.includes(null) && "ifVersion" in of.call && of.call.ifVersion !== null;
  const because = isNamed ? " because of another version" : "";
  return `${refusal(last)}${because} although ${values.map(stillThere).join(" or ")}`;
}

function stillThere(value: Value): string {
  return value === null ? "there was no record" : `the record was still ${value}`;
}

function outOfNowhere(last: Effect, whole: readonly Effect[], initial: Value): string | undefined {
  if (!isNeverThere(last, whole, initial)) return undefined;
  if (last.saw === null) return ", although nobody had removed it";
  return whole.some(({ made }) => made === last.saw) ? ", which nobody had written yet" : ", which nobody ever wrote";
}

/** Two calls that found the same and changed it: the second can't have. */
function twice({ of, saw, made }: Effect, others: readonly Effect[]): string | undefined {
  if (saw === undefined || made === undefined) return undefined;
  const other = others.find((one) => one.saw === saw && one.made !== undefined);
  if (other === undefined) return undefined;
  if (other.of.call.type !== "add") return `, and so did client ${other.of.client}, but only one of them can have`;
  return `${other.of.client === of.client ? " twice" : `, and so did client ${other.of.client}`}: one addition is lost`;
}

/** What had been acknowledged or seen before the call began, and is not what it found. */
function tooLate(last: Effect, others: readonly Effect[]): string {
  const { saw, ruledOut = [] } = last;
  const isOther = (value: Value): boolean => (saw === undefined ? ruledOut.includes(value) : value !== saw);
  const before = others.filter(({ end }) => end < last.start).sort((a, b) => b.end - a.end);
  const change = before.find(({ made }) => made !== undefined && made !== "one more" && isOther(made));
  if (change !== undefined) {
    const seen = before.find((one) => one !== change && one.saw === change.made && one.of.client !== last.of.client);
    const and = seen === undefined ? "" : ` and seen by client ${seen.of.client}`;
    return ` after ${whose(change, last)} was acknowledged${and}`;
  }
  const isOtherLook = (one: Effect): boolean => one.saw !== undefined && isOther(one.saw);
  const look = before.find(isOtherLook);
  if (look !== undefined) return ` after ${found(look).replace(`client ${last.of.client} `, "it ")}`;
  const meanwhile = others.findLast(isOtherLook);
  if (meanwhile !== undefined) return `, although meanwhile ${found(meanwhile)}`;
  return ", but no order of these calls explains that";
}

/** `client 1's write of 8`, `its own removal`. */
function whose({ of, made }: Effect, last: Effect): string {
  const owner = of.client === last.of.client ? "its own" : `client ${of.client}'s`;
  if (made === null) return `${owner} removal`;
  return of.call.type === "add" ? `${owner} addition, which made ${made},` : `${owner} write of ${made}`;
}
