import { delegate } from "@stowage/core";
import { type BrokenDriver, retexting } from "./broken.ts";

/** Parses and writes again, with members in the order of their names. */
function sortedMembers(text: string): string {
  const sort = (_: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return JSON.stringify(JSON.parse(text, sort), null, 2);
}

const falsyTexts = ["null", "0", "false", '""'];

export const brokenTexts: readonly BrokenDriver[] = [
  {
    id: "BROKEN-051",
    title: "cuts texts at 1 MiB",
    killedBy: "VALUE-105",
    make: (driver) => retexting(driver, (text) => text.slice(0, 1_048_576)),
  },
  {
    id: "BROKEN-052",
    title: "keeps the low byte of each character",
    killedBy: "VALUE-024",
    make: (driver) => retexting(driver, (text) => Buffer.from(text, "latin1").toString("latin1")),
  },
  {
    id: "BROKEN-053",
    title: "replaces characters of four bytes",
    killedBy: "VALUE-026",
    make: (driver) => retexting(driver, (text) => text.replace(/[\u{10000}-\u{10ffff}]/gu, "\ufffd")),
  },
  {
    id: "BROKEN-054",
    title: "stores compact JSON",
    killedBy: "VALUE-039",
    make: (driver) => retexting(driver, (text) => JSON.stringify(JSON.parse(text))),
  },
  {
    id: "BROKEN-055",
    title: "sorts the members of objects",
    killedBy: "VALUE-043",
    make: (driver) => retexting(driver, sortedMembers),
  },
  {
    id: "BROKEN-056",
    title: "drops members named __proto__",
    killedBy: "VALUE-040",
    make: (driver) =>
      retexting(driver, (text) =>
        JSON.stringify(
          JSON.parse(text, (name, value: unknown) => (name === "__proto__" ? undefined : value)),
          null,
          2,
        ),
      ),
  },
  {
    id: "BROKEN-057",
    title: "ends every text with a line feed",
    killedBy: "VALUE-001",
    make: (driver) => retexting(driver, (text) => `${text}\n`),
  },
  {
    id: "BROKEN-058",
    title: "turns line feeds into those of another system",
    killedBy: "VALUE-039",
    make: (driver) => retexting(driver, (text) => text.replaceAll("\n", "\r\n")),
  },
  {
    id: "BROKEN-059",
    title: "strips NULs",
    killedBy: "VALUE-017",
    make: (driver) => retexting(driver, (text) => text.replaceAll("\\u0000", "")),
  },
  {
    id: "BROKEN-060",
    title: "composes the letters of texts (NFC)",
    killedBy: "VALUE-023",
    make: (driver) => retexting(driver, (text) => text.normalize("NFC")),
  },
  {
    id: "BROKEN-061",
    title: "takes a quoted number for a number",
    killedBy: "VALUE-008",
    make: (driver) => retexting(driver, (text) => text.replace(/^"(\d+)"$/, "$1")),
  },
  {
    id: "BROKEN-062",
    title: "gives an empty text for a missing record",
    killedBy: "RECORD-010",
    make: (driver) => delegate(driver, { get: async (name) => (await driver.get(name)) ?? { text: "", version: "0" } }),
  },
  {
    id: "BROKEN-063",
    title: "gives null for a missing record",
    killedBy: "VERSION-002",
    make: (driver) =>
      delegate(driver, { get: async (name) => (await driver.get(name)) ?? { text: "null", version: "0" } }),
  },
  {
    id: "BROKEN-064",
    title: "takes falsy values for missing records",
    killedBy: "VERSION-003",
    make: (driver) =>
      delegate(driver, {
        async get(name) {
          const stored = await driver.get(name);
          return stored === undefined || falsyTexts.includes(stored.text) ? undefined : stored;
        },
      }),
  },
  {
    id: "BROKEN-065",
    title: "takes an empty text for a missing record",
    killedBy: "CORRUPT-001",
    make: (driver) =>
      delegate(driver, {
        async get(name) {
          const stored = await driver.get(name);
          return stored?.text === "" ? undefined : stored;
        },
      }),
  },
  {
    id: "BROKEN-066",
    title: "leaves the end of a longer text behind a shorter one",
    killedBy: "RECORD-003",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const before = (await driver.get(name))?.text ?? "";
          return driver.put(name, text + before.slice(text.length), ifVersion);
        },
      }),
  },
];
