export { census } from "./census.ts";
export { digest } from "./digest.ts";
export { migrate } from "./migrate.ts";
export { plan } from "./plan.ts";
export { exitCodes, type Result } from "./result.ts";
export { type SetAsideEntry, setAsideFolder } from "./set-aside.ts";
export {
  type Census,
  type CensusKind,
  type ComparedKind,
  type ComparedSide,
  type Comparison,
  type Damaged,
  type Digest,
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
} from "./types.ts";
export { verify } from "./verify.ts";
