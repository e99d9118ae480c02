import { cases, type Harness, lawsElsewhere, memoryHarness } from "@stowage/conformance";
import {
  chapters,
  makeReport,
  type Report,
  reportFiles,
  reportForms,
  type TargetReport,
  testTarget,
} from "@stowage/conformance/report";
import { delegate, type Driver } from "@stowage/core";
import { beforeAll, describe, expect, it } from "vitest";

/** Everything that a writer of XML, HTML, or Markdown might stumble over. */
const nasty = '<script>alert("1")</script> & \u0000\u001b[31m \ud800 \uffff | `code` ]]> 😀';
const only = ["RECORD-001", "RECORD-002", "VERSION-011", "VERSION-030", "LIST-001"];
const common = { only, again: (id: string) => `stowage conformance memory: --only ${id}` };

function failing(driver: Driver): Driver {
  return delegate(driver, {
    notices: [nasty],
    put: async (name, text, ifVersion) => {
      if (typeof ifVersion === "string") throw new Error(nasty);
      return driver.put(name, text, ifVersion);
    },
  });
}

let report: Report;

beforeAll(async () => {
  const unreachable: Harness = { name: nasty, create: () => Promise.reject(new Error(`no answer: ${nasty}`)) };
  const gap: Harness = { ...memoryHarness({}, failing), knownGaps: { "VERSION-011": nasty } };
  const targets = [
    await testTarget(memoryHarness(), { ...common, place: "memory:" }),
    await testTarget(memoryHarness({}, failing), { ...common, name: "failing", place: nasty }),
    await testTarget(gap, { ...common, name: "gap", place: "memory:" }),
    await testTarget(unreachable, { ...common, place: "nowhere" }),
  ];
  report = makeReport(targets, { profile: "full", seed: 7 });
});

function fileOf(form: "json" | "junit" | "html" | "md"): string {
  const [file] = reportFiles(report, form);
  return file?.content ?? "";
}

describe("a report", () => {
  it("counts how cases ended, each once", () => {
    expect(report.targets.map(({ status, counts }) => [status, counts])).toEqual([
      ["passed", { passed: 4, failed: 0, skipped: 1, gap: 0 }],
      ["failed", { passed: 3, failed: 1, skipped: 1, gap: 0 }],
      ["passed", { passed: 3, failed: 0, skipped: 1, gap: 1 }],
      ["skipped", { passed: 0, failed: 0, skipped: 0, gap: 0 }],
    ]);
    expect(report).toMatchObject({ contract: 1, profile: "full", seed: 7 });
  });

  it("tells how to see a failure again, and why a case was skipped", () => {
    const [sound, broken] = report.targets as [TargetReport, TargetReport];
    expect(broken.results.find(({ id }) => id === "VERSION-011")).toMatchObject({
      status: "failed",
      message: expect.stringContaining("<script>"),
      again: "stowage conformance memory: --only VERSION-011",
    });
    expect(sound.results.find(({ id }) => id === "VERSION-030")).toMatchObject({
      status: "skipped",
      reason: "the backend claims conditions",
    });
  });

  it("names one that can't be reached, with the reason", () => {
    expect(report.targets[3]).toMatchObject({
      status: "skipped",
      reason: expect.stringContaining("no answer: <script>"),
    });
  });

  it("gives a level only when all cases of a profile were run", async () => {
    expect(report.targets.map(({ grade }) => grade)).toEqual([undefined, undefined, undefined, undefined]);
    const whole = await testTarget(memoryHarness(), { place: "memory:", again: (id) => id, profile: "quick" });
    expect(whole.grade?.level).toBe("core");
  });

  it("hides what is to be concealed in everything that others wrote", async () => {
    const conceal = (text: string): string => text.replaceAll("hunter2", "***");
    const secret = memoryHarness({}, (driver) =>
      delegate(driver, { notices: ["hunter2"], put: () => Promise.reject(new Error("hunter2")) }),
    );
    const target = await testTarget(secret, { ...common, place: "memory:", conceal });
    expect(JSON.stringify(target)).toContain("***");
    expect(JSON.stringify(target)).not.toContain("hunter2");
  });

  it("cuts a message that would fill the page", async () => {
    const long = memoryHarness({}, (driver) =>
      delegate(driver, { put: () => Promise.reject(new Error("😀".repeat(5000))) }),
    );
    const { results } = await testTarget(long, { ...common, only: ["RECORD-001"], place: "memory:" });
    expect(results[0]?.message).toMatch(/… and [\d,]+ more characters$/);
    expect(results[0]?.message?.isWellFormed()).toBe(true);
  });

  it("stops before the next case when it is told to", async () => {
    const controller = new AbortController();
    const options = { ...common, place: "memory:", signal: controller.signal, onResult: () => controller.abort() };
    expect((await testTarget(memoryHarness(), options)).results).toHaveLength(1);
  });
});

describe("the forms of a report", () => {
  it("are each written, and badges for each backend", () => {
    const names = reportForms.flatMap((form) => reportFiles(report, form).map(({ name }) => name));
    expect(names.slice(0, 4)).toEqual(["report.json", "junit.xml", "report.html", "report.md"]);
    expect(names.slice(4, 7)).toEqual(["badge-memory.svg", "badge-failing.svg", "badge-gap.svg"]);
  });

  it("as JSON are the report", () => {
    expect(JSON.parse(fileOf("json"))).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it("as JUnit's XML are well-formed, whatever a message holds", () => {
    const xml = fileOf("junit");
    expect(problemOf(xml)).toBeUndefined();
    expect(xml).toMatch(/<testsuites name="[^"]+" tests="16" failures="1" skipped="5" time="[\d.]+">/);
    expect(xml.match(/<failure /g)).toHaveLength(1);
    expect(xml).toContain("\\u0000\\u001b[31m \\ud800 \\uffff");
    expect(xml).toContain('name="can be reached"');
  });

  it("as badges are well-formed and say the level, or what stands in its place", () => {
    const badges = reportFiles(report, "badge").map(({ content }) => content);
    expect(badges.map(problemOf)).toEqual([undefined, undefined, undefined, undefined]);
    expect(badges.map((svg) => /<title>.*, (.*)<\/title>/.exec(svg)?.[1])).toEqual([
      "4 passed",
      "1 failed",
      "3 passed",
      "not tested",
    ]);
  });

  it("as HTML are one page that loads nothing and runs nothing of what it shows", () => {
    const page = fileOf("html");
    expect(page).not.toMatch(/<(?:link|img|iframe)\b|<script[^>]+src|@import|url\(/);
    expect(page.match(/<script>/g)).toHaveLength(1);
    expect(page).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; \\u0000");
    expect(page).toContain("stowage conformance memory: --only VERSION-011");
    for (const { id } of report.targets[0]?.results ?? []) expect(page).toContain(`<code>${id}</code>`);
  });

  it("as HTML lead from a cell to the cases of its law", () => {
    const page = fileOf("html");
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((id) => !page.includes(`id="${id}"`))).toEqual([]);
  });

  it("as Markdown hold a table and fences that nothing in them closes", () => {
    const text = fileOf("md");
    expect(text).toContain("| memory | some cases only | 4 | 0 | 1 | 0 |");
    expect(text).toContain("Known gap VERSION-011: \\<script\\>");
    expect(text.match(/^```text$/gm)?.length).toBe(text.match(/^```$/gm)?.length);
  });
});

describe("the laws in a report", () => {
  it("are those of the cases, and have a title each", () => {
    const laws = chapters.flatMap((chapter) => chapter.laws);
    const known = new Set([...laws.map(({ id }) => id), ...Object.keys(lawsElsewhere)]);
    expect(cases.filter(({ law }) => !known.has(law)).map(({ id }) => id)).toEqual([]);
    expect(laws.filter(({ id }) => !cases.some(({ law }) => law === id))).toEqual([]);
  });
});

/** What is wrong with a text as XML, as far as it can be without knowing its elements: characters, entities, nesting. */
function problemOf(xml: string): string | undefined {
  const bad = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/u.exec(xml);
  if (bad) return `a character that XML has not: ${bad[0].codePointAt(0)}`;
  if (/&(?!(?:amp|lt|gt|quot|#10);)/.test(xml)) return "an ampersand that begins no entity";
  const open: string[] = [];
  const rest = xml.replace(
    /<\?xml [^>]*\?>|<(\/?)([\w]+)((?: [\w:-]+="[^"<]*")*)(\/?)>/g,
    (_, end, name, __, empty) => {
      if (end === "/" && open.pop() !== name) open.push(`wrongly closed ${name}`);
      else if (end === "" && empty === "" && name !== undefined) open.push(name);
      return "";
    },
  );
  if (/[<>]/.test(rest)) return `no markup: ${rest.slice(rest.search(/[<>]/)).slice(0, 60)}`;
  return open.length === 0 ? undefined : open.join();
}
