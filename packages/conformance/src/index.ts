export { type BrokenDriver, brokenDrivers } from "./broken/index.ts";
export type {
  Backend,
  Case,
  Child,
  Context,
  DriverMoment,
  Harness,
  ProcessRecipe,
  Profile,
  SpawnOptions,
} from "./case.ts";
export { cases, lawsElsewhere } from "./cases/index.ts";
export { type IllegalKey, illegalKeys } from "./corpus/illegal.ts";
export { type LegalKey, legalKeys } from "./corpus/keys.ts";
export { type KeyPair, keyPairs } from "./corpus/pairs.ts";
export { type CorpusValue, values } from "./corpus/values.ts";
export { counting } from "./counting.ts";
export { checkHistory, type Finding } from "./linear/check.ts";
export type { Answer, Call, Recorded, Value } from "./linear/history.ts";
export { findPlanted, type PlantedFinding, type PlantedOptions } from "./linear/planted.ts";
export type { DiskCall, DiskErrorCode, DiskFault, PowerLoss } from "./disk/fault.ts";
export { Load, type LoadOptions, type LoadReport } from "./load.ts";
export { memoryHarness } from "./memory.ts";
export { type ModelOptions, modelTest, replay, sameStream } from "./model/check.ts";
export { noFiles } from "./cases/disk.ts";
export { type CrashPoint, crashCasesAt } from "./points.ts";
export { creatorTest, incrementTest } from "./processes.ts";
export type { HarnessRecipe } from "./proof/bases.ts";
export { breakHarness } from "./proof/break.ts";
export {
  type CaseProof,
  type FaultResult,
  type Proof,
  type ProofOptions,
  proveSuite,
  type Trips,
} from "./proof/prove.ts";
export { uncoveredCases } from "./proof/reasons.ts";
export { type CaseResult, conformance, runCases, type RunCasesOptions, type Runner, type RunOptions } from "./run.ts";
export { scoped } from "./scoped.ts";
