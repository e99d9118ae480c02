/**
 * The cases that no broken driver makes fail, each with the reason. A reason whose case fails on a broken driver after all is
 * an error, so that none outlives its cause.
 */
export const uncoveredCases: Readonly<Record<string, string>> = Object.freeze({
  "WRAP-013": "core's scope refuses the prefix before it calls any driver, and there is no store yet",
});
