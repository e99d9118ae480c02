export { type Diagnosis, diagnose } from "../diagnosis.ts";
export { categoryOf, inBrief, inFull } from "../ids.ts";
export { type Grade, gradeOf, type Level, levels, type Step } from "../levels.ts";
export { type Chapter, chapters, type Law } from "./laws.ts";
export {
  type CaseStatus,
  type Counts,
  makeReport,
  type Report,
  type ReportedCase,
  type TargetOptions,
  type TargetReport,
  testTarget,
} from "./report.ts";
export { byReason, isGood, levelOf, type Reason, runLine, shortfall, timeOf, verdictOf } from "./words.ts";
export { type ReportFile, reportFiles, type ReportForm, reportForms } from "./write.ts";
