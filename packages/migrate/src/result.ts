/**
 * How a run ended. `failed`: it stopped early, a record could not be read, or one that should have arrived did not.
 * `different`: both sides hold a record, or the marker, with different content; a comparison also counts what only one
 * side holds. `incomplete`: all is well but for damaged records that stayed behind. Where several are true, the first of
 * this order is told: failed, different, incomplete, ok.
 */
export type Result = "ok" | "failed" | "incomplete" | "different";

/** The exit code of a program for each result. */
export const exitCodes: Readonly<Record<Result, number>> = Object.freeze({
  ok: 0,
  failed: 1,
  incomplete: 3,
  different: 4,
});
