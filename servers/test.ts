// For test files of projects that want servers: which there are, and how to skip by name where there are none.
import { describe, inject } from "vitest";
import { ensure, type Software } from "./ensure.ts";
import { s3Url, type TestKind } from "./given.ts";
import { isRequired } from "./required.ts";

export interface TestServer {
  /**
   * A Stowage URL. The server may be someone's own, and others use it at the same time: keep below a prefix of your own, and
   * leave nothing.
   */
  readonly url: string;
}

/** What stands in for a URL where tests are only named, to be skipped. */
const nowhere: Readonly<Record<TestKind, string>> = {
  redis: "redis://127.0.0.1:1",
  cluster: "redis://127.0.0.1:1,127.0.0.1:2,127.0.0.1:3",
  s3: s3Url("stowage", "http://127.0.0.1:1", "us-east-1"),
};

/**
 * The server of this run, or the sentence that says why there is none. Known before any test runs, so that test files can
 * ask while they register tests. Sets what its clients read from the environment, which child processes inherit.
 *
 * Throws, which makes the file fail, where the server did not start, or is missing although it is required.
 */
export function serverFor(kind: TestKind): TestServer | { readonly missing: string } {
  const found = inject("found")?.[kind];
  if (found === undefined) throw new Error(`Cannot use the server "${kind}": the project does not list it as wanted`);
  if ("failure" in found) throw new Error(found.failure);
  if ("missing" in found) {
    if (isRequired(kind)) throw new Error(`Cannot test "${kind}", which is required: ${found.missing}`);
    return found;
  }
  for (const [name, value] of Object.entries(found.environment)) process.env[name] = value;
  // Both would be taken before or together with the keys above.
  if ("AWS_ACCESS_KEY_ID" in found.environment) {
    delete process.env["AWS_PROFILE"];
    delete process.env["AWS_SESSION_TOKEN"];
  }
  return { url: found.url };
}

/** As `describe`. Where there is no server, each test in `body` is reported as skipped, below a name that says why. */
export function describeWith(kind: TestKind, name: string, body: (server: TestServer) => void): void {
  const server = serverFor(kind);
  if ("missing" in server) describe.skip(`${name}, skipped: ${server.missing}`, () => body({ url: nowhere[kind] }));
  else describe(name, () => body(server));
}

/**
 * As {@link describeWith}, for tests that start servers of their own, to kill them: what matters is what can be started here,
 * not what the environment names.
 */
export async function describeWithOwn(software: Software, name: string, body: () => void): Promise<void> {
  const found = await ensure(software);
  if (found.ok) describe(name, body);
  else if (isRequired(software)) throw new Error(`Cannot test "${software}", which is required: ${found.missing}`);
  else describe.skip(`${name}, skipped: ${found.missing}`, body);
}
