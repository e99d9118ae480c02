import { describe, it } from "node:test";
import { delegate } from "@stowage/core";
import { conformance } from "@stowage/conformance";
import { tiny } from "../tiny.ts";

// Run as a program: `node node.ts sound ID…`, or `forgetful` for a driver whose records are gone at once.
const [kind, ...only] = process.argv.slice(2);

const create = async () => {
  const driver = kind === "forgetful" ? delegate(tiny(), { get: async () => undefined }) : tiny();
  return { open: async () => driver, destroy: async () => {} };
};
conformance({ name: "tiny", create }, { describe, it }, { only });
