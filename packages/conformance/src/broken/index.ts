import type { BrokenDriver } from "./broken.ts";
import { brokenConditions } from "./conditions.ts";
import { brokenLives } from "./life.ts";
import { brokenListings } from "./listing.ts";
import { brokenMany } from "./many.ts";
import { brokenNames } from "./names.ts";
import { brokenRanges } from "./ranges.ts";
import { brokenTexts } from "./texts.ts";
import { brokenUpdates } from "./updates.ts";
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
  ...brokenLives,
]);
