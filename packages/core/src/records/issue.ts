import type * as z from "zod";

type Issue = z.core.$ZodIssue;

/** The first thing that is wrong, in words: `time.updated: Invalid input: expected number, received undefined`. */
export function firstIssue(error: z.ZodError): string {
  const { path, message } = inBranch(error.issues);
  return path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
}

/** Of a union, the issue that counts is that of the member which the record means to be. */
function inBranch(issues: readonly Issue[]): Pick<Issue, "path" | "message"> {
  const issue = issues[0] as Issue;
  if (issue.code !== "invalid_union") return issue;
  const branch = issue.errors.find((errors) => errors[0] !== undefined && !isOtherMember(errors[0]));
  if (branch === undefined) return issue;
  const { path, message } = inBranch(branch);
  return { path: [...issue.path, ...path], message };
}

/** Whether zod found no member for the text that tells them apart: then there are no errors of a member either. */
function isOtherMember(issue: Issue): boolean {
  return issue.code === "invalid_union" && issue.errors.length === 0;
}
