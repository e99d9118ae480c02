import { memory, Store } from "@stowage/core";
import type { Case, Context } from "../case.ts";
import { checkStreams, compareStream, type Place } from "../model/check.ts";
import { everything, type Weights } from "../model/operation.ts";
import { Performer } from "../model/performer.ts";
import { ownView } from "../scoped.ts";

/** The longest stream of a run. */
const lengthMax = 40;

/** A kind of use, and how many streams of it are tried. */
interface Use extends Pick<Case, "id" | "law" | "title"> {
  readonly runs: number;
  readonly weights: Weights;
}

const uses: readonly Use[] = [
  {
    id: "MODEL-001",
    law: "R1",
    title: "whatever calls follow each other, each gives what a plain model gives",
    runs: 6,
    weights: everything,
  },
  {
    id: "MODEL-002",
    law: "V2",
    title: "conditions on versions of now, of before, and of nobody hold as in a plain model",
    runs: 5,
    weights: { write: 3, remove: 2, get: 2, update: 2, put: 8, removeIf: 5, batch: 1 },
  },
  {
    id: "MODEL-003",
    law: "M2",
    title: "listings, sweeps, and pages of changing records give what a plain model gives",
    runs: 5,
    weights: { write: 6, remove: 2, removePrefix: 1, batch: 3, list: 2, keys: 4, entries: 3, pages: 3 },
  },
  {
    id: "MODEL-004",
    law: "M3",
    title: "batches and whole prefixes change what they change in a plain model",
    runs: 5,
    weights: { write: 2, batch: 6, removePrefix: 3, readMany: 3, list: 2, get: 1 },
  },
  {
    id: "MODEL-005",
    law: "L1",
    title: "what is done before closing is there after opening, as in a plain model",
    runs: 3,
    weights: {
      write: 4,
      update: 2,
      put: 3,
      remove: 2,
      putMarker: 1,
      sync: 1,
      reopen: 4,
      get: 2,
      list: 1,
      getMarker: 1,
    },
  },
  {
    id: "MODEL-006",
    law: "R3",
    title: "two handles in turns see the same records, as in a plain model",
    runs: 4,
    weights: {
      write: 4,
      update: 3,
      put: 4,
      remove: 3,
      removeIf: 2,
      switch: 8,
      read: 3,
      readMany: 1,
      list: 2,
      pages: 1,
    },
  },
];

/** A generated key has up to three segments, and a place of its own is one more. */
const when: Case["when"] = ({ limits }) => (limits.segments < 4 ? "keys of four segments are too long" : undefined);

export const modelCases: readonly Case[] = [
  ...uses.map(({ runs, weights, ...one }): Case => ({
    ...one,
    profile: "full",
    when,
    run: (context) =>
      checkStreams(placesOf(context), {
        on: context.driver.name,
        seed: context.seed,
        runs: runs * context.scale,
        lengthMax,
        weights,
      }),
  })),
  {
    id: "MODEL-007",
    law: "C1",
    title: "one stream of calls gives what it gives on memory, results, codes, and texts",
    profile: "full",
    when,
    async run(context) {
      const places = [
        { on: "memory", place: inMemory },
        { on: context.driver.name, place: placesOf(context) },
      ];
      await compareStream(places, context.seed, 100 * context.scale);
    },
  },
];

const inMemory: Place = async (body) => {
  const driver = memory();
  return body(await Performer.open(async () => new Store(driver)));
};

/** Places of a case: all of its backend first, then a part of its own for each. Nothing is emptied, which is much faster. */
function placesOf({ open }: Context): Place {
  let count = 0;
  return async (body) => {
    const prefix = count === 0 ? [] : [`model-${count}`];
    count++;
    const performer = await Performer.open(
      prefix.length === 0 ? () => open() : () => open((driver) => ownView(prefix, driver)),
      prefix,
    );
    try {
      return await body(performer);
    } finally {
      await performer.close();
    }
  };
}
