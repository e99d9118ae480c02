import type { BrokenDriver } from "./broken.ts";
import { brokenCaches } from "./caches.ts";
import { brokenClosings } from "./closing.ts";
import { brokenConditions } from "./conditions.ts";
import { brokenCopies } from "./copies.ts";
import { brokenCrashes } from "./crashes.ts";
import { brokenCuts } from "./cuts.ts";
import { brokenDisks } from "./disks.ts";
import { brokenEdges } from "./edges.ts";
import { brokenFailures } from "./failures.ts";
import { brokenFolders } from "./folders.ts";
import { brokenFoldings } from "./foldings.ts";
import { brokenForeignHistories } from "./foreign-histories.ts";
import { brokenHistories } from "./histories.ts";
import { brokenKeeping } from "./keeping.ts";
import { brokenLargeTexts } from "./large.ts";
import { brokenLives } from "./life.ts";
import { brokenLikenesses } from "./likeness.ts";
import { brokenListings } from "./listing.ts";
import { brokenLosses } from "./lost.ts";
import { brokenMany } from "./many.ts";
import { brokenMatches } from "./matches.ts";
import { brokenMeasures } from "./measures.ts";
import { brokenNames } from "./names.ts";
import { brokenRaces } from "./races.ts";
import { brokenNothings } from "./nothings.ts";
import { brokenOpenings } from "./openings.ts";
import { brokenProcesses } from "./processes.ts";
import { brokenRanges } from "./ranges.ts";
import { brokenRefusals } from "./refusals.ts";
import { brokenRooms } from "./rooms.ts";
import { brokenSpellings } from "./spellings.ts";
import { brokenSplits } from "./splitting.ts";
import { brokenSweeps } from "./sweeps.ts";
import { brokenBackgrounds } from "./strays.ts";
import { brokenTexts } from "./texts.ts";
import { brokenTransfers } from "./transfers.ts";
import { brokenUpdates } from "./updates.ts";
import { brokenVectors } from "./vectors.ts";
import { brokenViews } from "./views.ts";
import { brokenWrites } from "./writes.ts";

export type { BrokenDriver } from "./broken.ts";

/** Every broken driver. They are made to stand before core's memory driver, which has `batch` and nothing else optional. */
export const brokenDrivers: readonly BrokenDriver[] = Object.freeze([
  ...brokenListings,
  ...brokenRanges,
  ...brokenNames,
  ...brokenTexts,
  ...brokenWrites,
  ...brokenConditions,
  ...brokenUpdates,
  ...brokenMany,
  ...brokenKeeping,
  ...brokenCaches,
  ...brokenEdges,
  ...brokenSweeps,
  ...brokenFolders,
  ...brokenLosses,
  ...brokenMeasures,
  ...brokenRooms,
  ...brokenFoldings,
  ...brokenVectors,
  ...brokenRaces,
  ...brokenTransfers,
  ...brokenLikenesses,
  ...brokenSplits,
  ...brokenLargeTexts,
  ...brokenLives,
  ...brokenRefusals,
  ...brokenCopies,
  ...brokenClosings,
  ...brokenFailures,
  ...brokenSpellings,
  ...brokenNothings,
  ...brokenProcesses,
  ...brokenHistories,
  ...brokenForeignHistories,
  ...brokenCrashes,
  ...brokenDisks,
  ...brokenCuts,
  ...brokenBackgrounds,
  ...brokenViews,
  ...brokenOpenings,
  ...brokenMatches,
]);
