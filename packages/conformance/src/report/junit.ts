import { escapeXml } from "./escape.ts";
import type { Report, ReportedCase, TargetReport } from "./report.ts";

/** What CI servers read: a suite for each backend, a test for each case. A backend that could not be reached is a skipped test. */
export function junit({ targets, date, suite, cutShortBy }: Report): string {
  const sum = (count: (target: TargetReport) => number): number => targets.reduce((all, one) => all + count(one), 0);
  const head = attributes({
    name: `stowage conformance ${suite}${cutShortBy === undefined ? "" : `, cut short by ${cutShortBy}`}`,
    tests: sum(testsOf),
    failures: sum(failuresOf),
    skipped: sum(skippedOf),
    time: seconds(sum(({ durationMs }) => durationMs)),
  });
  const suites = targets.map((target) => suiteOf(target, date));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${head}>\n${suites.join("")}</testsuites>\n`;
}

function suiteOf(target: TargetReport, date: string): string {
  const { name, durationMs, results } = target;
  const head = attributes({
    name,
    tests: testsOf(target),
    failures: failuresOf(target),
    errors: 0,
    skipped: skippedOf(target),
    time: seconds(durationMs),
    timestamp: date.slice(0, 19),
  });
  const tests =
    target.status === "skipped" ? [test(name, "can be reached", 0, skip(target.reason))] : results.map(testOf(name));
  if (isFailedWithoutCase(target))
    tests.push(test(name, "can be tested", 0, failure(target.diagnoses[0]?.sentence, "")));
  return `  <testsuite${head}>\n${tests.join("")}  </testsuite>\n`;
}

function testOf(suite: string): (one: ReportedCase) => string {
  return ({ id, law, title, status, reason, message, trace, again, durationMs }) => {
    const name = `${id} (${law}) ${title}`;
    if (status === "passed") return test(suite, name, durationMs, "");
    if (status === "skipped") return test(suite, name, durationMs, skip(reason));
    if (status === "gap") return test(suite, name, durationMs, skip(`known gap: ${reason}`));
    const parts = [...(trace === undefined ? [] : [trace]), `Again: ${again}`];
    return test(suite, name, durationMs, failure(message, `\n\n${parts.join("\n\n")}`));
  };
}

function failure(message = "", rest: string): string {
  const [first = ""] = message.split("\n");
  return `<failure${attributes({ message: first })}>${escapeXml(message + rest)}</failure>`;
}

/** A driver that says of itself nothing that cases could be chosen by, or of which something failed outside of all cases. */
function isFailedWithoutCase({ status, counts }: TargetReport): boolean {
  return status === "failed" && counts.failed === 0;
}

function test(suite: string, name: string, durationMs: number, inside: string): string {
  const head = attributes({ classname: suite, name, time: seconds(durationMs) });
  return inside === "" ? `    <testcase${head}/>\n` : `    <testcase${head}>${inside}</testcase>\n`;
}

function skip(reason = ""): string {
  return `<skipped${attributes({ message: reason })}/>`;
}

function testsOf(target: TargetReport): number {
  return target.status === "skipped" ? 1 : target.results.length + (isFailedWithoutCase(target) ? 1 : 0);
}

function failuresOf(target: TargetReport): number {
  return isFailedWithoutCase(target) ? 1 : target.counts.failed;
}

function skippedOf({ status, counts }: TargetReport): number {
  return status === "skipped" ? 1 : counts.skipped + counts.gap;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replaceAll("\n", "&#10;")}"`)
    .join("");
}
