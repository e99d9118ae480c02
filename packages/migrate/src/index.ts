export { census } from "./census.ts";
export { digest } from "./digest.ts";
export { storageError } from "./errors.ts";
export { migrate } from "./migrate.ts";
export { plan } from "./plan.ts";
export type { Census, CensusKind, ComparedKind, ComparedSide, Comparison, Digest } from "./readings.ts";
export { exitCodes, type Result } from "./result.ts";
export { type SetAsideEntry, setAsideFolder } from "./set-aside.ts";
export {
  type Damaged,
  type Failure,
  type Listed,
  type MigrateOptions,
  type Plan,
  type PlanCounts,
  type PlanKind,
  type PlanSide,
  type Progress,
  type ReadOptions,
  type Report,
  type SetAside,
  type Size,
  type Stop,
  type Twins,
  type Unreadable,
} from "./types.ts";
export { verify } from "./verify.ts";
