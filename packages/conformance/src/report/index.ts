export { inTime } from "../attempt.ts";
export { type Diagnosis, diagnose } from "../diagnosis.ts";
export { type Breakage, messageOf } from "../failures.ts";
export { categoryOf, inBrief, inFull, inShort } from "../ids.ts";
export { type Grade, gradeOf, type Level, levels, type Step } from "../levels.ts";
export { casesUnderWay, hearLateStrays } from "../strays.ts";
export { type LateStray, withLateStrays } from "./late.ts";
export { type Chapter, chapters, type Law } from "./laws.ts";
export {
  type CaseStatus,
  type Counts,
  makeReport,
  type Report,
  type ReportedCase,
  type ReportOptions,
  type TargetOptions,
  type TargetReport,
  testTarget,
} from "./report.ts";
export { byReason, isGood, levelOf, onTrust, type Reason, runLine, shortfall, timeOf, verdictOf } from "./words.ts";
export { type ReportFile, reportFiles, type ReportForm, reportForms } from "./write.ts";
