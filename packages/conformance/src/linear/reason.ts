import type { Effect, Value } from "./history.ts";
import { isNeverThere, type Violation } from "./shrink.ts";

/**
 * What can't be, in one sentence without a final period: "client 3 read 7 after client 1's write of 8 was acknowledged".
 *
 * @param whole - the history that the violation was found in, for what nobody ever wrote.
 */
export function reasonOf({ effects }: Violation, whole: readonly Effect[], initial: Value): string {
  // The call that came back last: until then there was an order.
  const ended = effects.filter(({ end }) => end < Infinity);
  const last = ended.reduce((a, b) => (b.end > a.end ? b : a));
  const isWrongRefusal = last.ruledOut !== undefined && (last.saw === undefined || last.saw === last.ruledOut);
  if (isWrongRefusal && last.of.call.type !== "list") return `${refusal(last)} although ${stillThere(last.ruledOut)}`;
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
  const isOther = (value: Value): boolean => (last.saw === undefined ? value === last.ruledOut : value !== last.saw);
  const before = others.filter(({ end }) => end < last.start).sort((a, b) => b.end - a.end);
  const change = before.find(({ made }) => made !== undefined && made !== "one more" && isOther(made));
  if (change !== undefined) {
    const seen = before.find((one) => one !== change && one.saw === change.made && one.of.client !== last.of.client);
    const and = seen === undefined ? "" : ` and seen by client ${seen.of.client}`;
    return ` after ${whose(change, last)} was acknowledged${and}`;
  }
  const isOtherLook = ({ saw }: Effect): boolean => saw !== undefined && isOther(saw);
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
