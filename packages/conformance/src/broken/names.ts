import { delegate } from "@stowage/core";
import { type BrokenDriver, renaming } from "./broken.ts";

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function cutSegments(name: string, length: number): string {
  const segments = name.slice(0, -".json".length).split("/");
  return `${segments.map((segment) => segment.slice(0, length)).join("/")}.json`;
}

export const brokenNames: readonly BrokenDriver[] = [
  {
    id: "BROKEN-031",
    title: "folds case",
    killedBy: "PAIR-028",
    make: (driver) => renaming(driver, (name) => name.toLowerCase()),
  },
  {
    id: "BROKEN-032",
    title: "composes letters (NFC)",
    killedBy: "PAIR-034",
    make: (driver) => renaming(driver, (name) => name.normalize("NFC")),
  },
  {
    id: "BROKEN-033",
    title: "decomposes letters (NFD)",
    killedBy: "PAIR-036",
    make: (driver) => renaming(driver, (name) => name.normalize("NFD")),
  },
  {
    id: "BROKEN-034",
    title: "folds letters that look alike (NFKC)",
    killedBy: "PAIR-039",
    make: (driver) => renaming(driver, (name) => name.normalize("NFKC")),
  },
  {
    id: "BROKEN-035",
    title: "cuts segments at 200 characters",
    killedBy: "PAIR-044",
    make: (driver) => renaming(driver, (name) => cutSegments(name, 200)),
  },
  {
    id: "BROKEN-036",
    title: "trims dots and spaces at the end of a segment",
    killedBy: "PAIR-018",
    make: (driver) => renaming(driver, (name) => name.replace(/[. ]+(?=\/|\.json$)/g, "")),
  },
  {
    id: "BROKEN-037",
    title: "decodes percent signs",
    killedBy: "PAIR-012",
    make: (driver) => renaming(driver, decoded),
  },
  {
    id: "BROKEN-038",
    title: "joins segments with a colon that segments may hold too",
    killedBy: "PAIR-008",
    make: (driver) =>
      renaming(
        driver,
        (name) => name.replaceAll("/", ":"),
        (name) => name.replaceAll(":", "/"),
      ),
  },
  {
    id: "BROKEN-039",
    title: "drops what follows a question mark",
    killedBy: "PAIR-058",
    make: (driver) => renaming(driver, (name) => name.replace(/\?[^]*(?=\.json$)/, "")),
  },
  {
    id: "BROKEN-040",
    title: "replaces characters above U+FFFF",
    killedBy: "PAIR-041",
    make: (driver) => renaming(driver, (name) => name.replace(/[\u{10000}-\u{10ffff}]/gu, "\ufffd")),
  },
  {
    id: "BROKEN-041",
    title: "takes numbers for numbers",
    killedBy: "PAIR-025",
    make: (driver) =>
      renaming(driver, (name) => name.replace(/(?<=^|\/)\d+(?=\/|\.json$)/g, (digits) => `${Number(digits)}`)),
  },
  {
    id: "BROKEN-042",
    title: "loses records named __proto__",
    killedBy: "KEY-045",
    make: (driver) =>
      delegate(driver, {
        put: async (name, text, ifVersion) =>
          name === "__proto__.json" ? { done: true, version: "1" } : driver.put(name, text, ifVersion),
      }),
  },
  {
    id: "BROKEN-043",
    title: "drops writes to names with a percent sign and acknowledges them",
    killedBy: "KEY-029",
    make: (driver) =>
      delegate(driver, {
        put: async (name, text, ifVersion) =>
          name.includes("%") ? { done: true, version: "1" } : driver.put(name, text, ifVersion),
      }),
  },
  {
    id: "BROKEN-044",
    title: "makes a folder in the place of a record",
    killedBy: "PAIR-001",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const outcome = await driver.put(name, text, ifVersion);
          const folder = name.slice(0, Math.max(0, name.lastIndexOf("/")));
          if (folder !== "") await driver.remove(`${folder}.json`);
          return outcome;
        },
      }),
  },
];
