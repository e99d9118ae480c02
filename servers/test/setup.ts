import { describe } from "vitest";
import { ensure, type Software } from "../ensure.ts";
import { isRequired } from "../required.ts";

/** As `describe`, skipped by name where the programs can't be had. */
export async function describeInstalled(software: Software, name: string, body: () => void): Promise<void> {
  const ensured = await ensure(software);
  if (ensured.ok) describe(name, body);
  else if (isRequired(software)) throw new Error(`Cannot test ${software}, which is required: ${ensured.missing}`);
  else describe.skip(`${name}, skipped: ${ensured.missing}`, body);
}
