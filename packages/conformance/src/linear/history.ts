/** What a record holds. Writers never write a number twice, so that it tells who wrote it; `null` where there is no record. */
export type Value = number | null;

/** What a client asked of one record. A sweep over several records is recorded as one of these for each. */
export type Call =
  | { readonly type: "read" | "list" | "remove" | "add" }
  | { readonly type: "write"; readonly value: number }
  | { readonly type: "put"; readonly value: number; readonly ifVersion: string | null }
  | { readonly type: "removeIf"; readonly ifVersion: string };

/** What came back. */
export type Answer =
  /** Of a read, and of an add what it made; `null` where there is nothing. */
  | { readonly value: Value; readonly version?: string }
  /** Of a listing: whether it showed the record. */
  | { readonly listed: boolean }
  /** Of a write or a removal; a `put` also gets the version that it made. */
  | { readonly done: true; readonly version?: string }
  /** The version that was there instead of the one asked for, `null` where there was no record. */
  | { readonly conflict: string | null };

/** One call of one client. Plain JSON: it comes from other processes too. */
export interface Recorded {
  readonly client: number;
  /** Which record: an index. */
  readonly key: number;
  /** When it was called, in nanoseconds since the recording began. */
  readonly start: number;
  /**
   * When it came back. Absent where the outcome is unknown, because the answer was lost or the client died: then it took
   * effect at any time since its start, or never, or is yet to do so.
   */
  readonly end?: number;
  readonly call: Call;
  /** Absent where the outcome is unknown. */
  readonly answer?: Answer;
}

/**
 * What a call comes to for the record. A register, a register with conditions, and a counter need no models of their own:
 * each call says what the record was and what it is from then on, as far as it says anything.
 */
export interface Effect {
  readonly of: Recorded;
  readonly start: number;
  /** When it must have taken effect. Infinity: at any time since its start, or never. */
  readonly end: number;
  /** What the record was just before. */
  readonly saw?: Value;
  /** What the record was not; never empty. */
  readonly ruledOut?: readonly Value[];
  /** What the record is just after; "one more" where an add with an unknown outcome found what nobody knows. */
  readonly made?: Value | "one more";
}

/** Two texts of a record that got one version: nothing can be concluded from versions then, and it breaks V1. */
export class SharedVersion extends Error {
  constructor(version: string, values: readonly number[]) {
    super(`the version ${JSON.stringify(version)} stands for ${values.join(" and for ")}`);
  }
}

/**
 * What the calls of one record come to. Versions are opaque, so each is replaced by the number that it stands for, as reads
 * and writes told; a version that nobody was told with its number says only what the record was not.
 */
export function effectsOf(history: readonly Recorded[]): readonly Effect[] {
  const values = valuesOfVersions(history);
  return history.map((of) => {
    const { start, end = Infinity, call, answer } = of;
    const said = answer === undefined ? unanswered(call, values) : answered(call, answer, values);
    return { of, start, end, ...said };
  });
}

type Said = Pick<Effect, "saw" | "ruledOut" | "made">;

function valuesOfVersions(history: readonly Recorded[]): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const { call, answer } of history) {
    if (answer === undefined || !("version" in answer)) continue;
    const value = "value" in answer ? answer.value : call.type === "put" ? call.value : null;
    if (value === null) continue;
    const known = values.get(answer.version);
    if (known !== undefined && known !== value) throw new SharedVersion(answer.version, [known, value]);
    values.set(answer.version, value);
  }
  return values;
}

function answered(call: Call, answer: Answer, values: ReadonlyMap<string, number>): Said {
  if ("listed" in answer) return answer.listed ? { ruledOut: [null] } : { saw: null };
  if ("conflict" in answer) {
    const saw = valueOf(answer.conflict, values);
    const asked = "ifVersion" in call ? valueOf(call.ifVersion, values) : undefined;
    // Whatever a version stands for that nobody knows: there was a record.
    const other = saw === undefined && asked !== null ? null : undefined;
    const ruledOut = [asked, other].filter((value) => value !== undefined);
    return { ...(saw !== undefined && { saw }), ...(ruledOut.length > 0 && { ruledOut }) };
  }
  if ("value" in answer) {
    if (call.type === "read" || answer.value === null) return { saw: answer.value };
    return { saw: answer.value - 1, made: answer.value };
  }
  return unanswered(call, values);
}

/** What a call comes to if it takes effect. */
function unanswered(call: Call, values: ReadonlyMap<string, number>): Said {
  if (call.type === "add") return { made: "one more" };
  if (call.type === "read" || call.type === "list") return {};
  const saw = "ifVersion" in call ? valueOf(call.ifVersion, values) : undefined;
  return { ...(saw !== undefined && { saw }), made: "value" in call ? call.value : null };
}

function valueOf(version: string | null, values: ReadonlyMap<string, number>): Value | undefined {
  return version === null ? null : values.get(version);
}

/**
 * Whether a call could be taken out without a trace: nobody was told of what it made. If the other calls fit into an order
 * together with it, they fit without it: what comes next to change the record can't have looked at it first.
 */
export function isUntraced({ made }: Effect, others: readonly Effect[]): boolean {
  if (made === undefined) return true;
  if (made === "one more") return false;
  return others.every(
    (other) =>
      other.made !== "one more" && (other.saw === undefined ? other.ruledOut === undefined : other.saw !== made),
  );
}
