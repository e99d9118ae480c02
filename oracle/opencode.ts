import { describe, inject } from "vitest";

/** Declares tests that need the real program: reported as skipped, with the reason, where there is none. */
export function describeWithOpenCode(title: string, body: (binary: string) => void): void {
  const opencode = inject("opencode");
  if ("binary" in opencode) describe(title, () => body(opencode.binary));
  else describe.skip(`${title} (${opencode.missing})`, () => body(""));
}
