import type { Case } from "../case.ts";
import { alikeCases } from "./alike.ts";
import { batchCases } from "./batch.ts";
import { batchingCases } from "./batching.ts";
import { changingCases } from "./changing.ts";
import { claimCases } from "./claims.ts";
import { closingCases } from "./closing.ts";
import { conditionCases } from "./conditions.ts";
import { corruptCases } from "./corrupt.ts";
import { crashCases } from "./crash.ts";
import { diskCases } from "./disk.ts";
import { errorCases } from "./errors.ts";
import { failingCases } from "./failing.ts";
import { faultCases } from "./faults.ts";
import { foreignCases } from "./foreign.ts";
import { handleCases } from "./handles.ts";
import { keepCases } from "./keep.ts";
import { keyCases } from "./keys.ts";
import { largeCases } from "./large.ts";
import { lifeCases } from "./life.ts";
import { limitCases } from "./limits.ts";
import { likenessCases } from "./likeness.ts";
import { linearCases } from "./linear.ts";
import { listCases } from "./list.ts";
import { manyCases } from "./many.ts";
import { markerCases } from "./markers.ts";
import { moveCases } from "./move.ts";
import { modelCases } from "./model.ts";
import { orderCases } from "./order.ts";
import { powerCases } from "./power.ts";
import { pagingCases } from "./paging.ts";
import { processCases } from "./processes.ts";
import { racingCases } from "./racing.ts";
import { rangeCases } from "./range.ts";
import { recordCases } from "./records.ts";
import { removingCases } from "./removing.ts";
import { sharingCases } from "./sharing.ts";
import { staleCases } from "./stale.ts";
import { sweepCases } from "./sweeps.ts";
import { updateCases } from "./update.ts";
import { valueCases } from "./values.ts";
import { versionCases } from "./versions.ts";
import { wrapperCases } from "./wrappers.ts";

/** Every case of the suite, in the order in which they run. The one table that runs, reports, and documents read. */
export const cases: readonly Case[] = Object.freeze([
  ...recordCases,
  ...removingCases,
  ...keyCases,
  ...valueCases,
  ...limitCases,
  ...updateCases,
  ...racingCases,
  ...versionCases,
  ...conditionCases,
  ...staleCases,
  ...likenessCases,
  ...manyCases,
  ...batchCases,
  ...batchingCases,
  ...largeCases,
  ...listCases,
  ...orderCases,
  ...rangeCases,
  ...pagingCases,
  ...sweepCases,
  ...alikeCases,
  ...changingCases,
  ...corruptCases,
  ...foreignCases,
  ...markerCases,
  ...handleCases,
  ...sharingCases,
  ...keepCases,
  ...lifeCases,
  ...closingCases,
  ...claimCases,
  ...errorCases,
  ...faultCases,
  ...failingCases,
  ...wrapperCases,
  ...moveCases,
  ...processCases,
  ...crashCases,
  ...diskCases,
  ...powerCases,
  ...linearCases,
  ...modelCases,
]);

/** The laws that no case can prove on a driver alone, and where they are proven instead. */
export const lawsElsewhere: Readonly<Record<string, string>> = Object.freeze({
  O1: "openStorage belongs to the umbrella package, whose tests prove it",
  O2: "the factories belong to the adapters, whose tests prove them",
  O3: "only an adapter knows what a newer format of its own looks like; its tests prove it",
});
