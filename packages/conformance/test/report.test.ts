import { type Case, cases, type Harness, lawsElsewhere, memoryHarness } from "@stowage/conformance";
import {
  chapters,
  type Grade,
  inShort,
  isGood,
  makeReport,
  type Report,
  reportFiles,
  reportForms,
  type TargetReport,
  testTarget,
  verdictOf,
} from "@stowage/conformance/report";
import { type Capabilities, delegate, type Driver, DriverError } from "@stowage/core";
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

  it("hides passwords in URLs wherever others wrote them, without being told of any", async () => {
    const url = "redis://me:hunter2@localhost:6379/0";
    const cause = new Error(`refused by ${url}`);
    const secret = memoryHarness({}, (driver) =>
      delegate(driver, { notices: [url], put: () => Promise.reject(new TypeError(url, { cause })) }),
    );
    const own = { id: "MINE-001", law: "R1", title: url, when: () => url, run: async () => {} };
    const harness = { ...secret, name: url, cases: [own], knownGaps: { "RECORD-002": url } };
    const target = await testTarget(harness, { ...common, only: [...only, "MINE-001"], place: url, again: () => url });
    const gone: Harness = { name: "gone", create: () => Promise.reject(new Error(url)) };
    const whole = makeReport([target, await testTarget(gone, { ...common, place: url })], {});
    const files = reportForms.flatMap((form) => reportFiles(whole, form)).map(({ content }) => content);
    expect(files.join()).toContain("redis://me:***@localhost:6379/0");
    expect(files.filter((content) => content.includes("hunter2"))).toEqual([]);
  });

  it("tells where an error comes from: frames outside the suite, and causes", async () => {
    const fallen = memoryHarness({}, (driver) =>
      delegate(driver, {
        put: async () => {
          throw new TypeError("no such method", { cause: new Error("it was renamed") });
        },
      }),
    );
    const target = await testTarget(fallen, { ...common, only: ["RECORD-001"], place: "memory:" });
    const { trace = "" } = target.results[0]!;
    expect(trace).toMatch(/^caused by TypeError: no such method\n    at .*put \(.*report\.test\.ts/);
    expect(trace).toContain("caused by Error: it was renamed");
    expect(trace).not.toMatch(/src\/cases|node:/);
    for (const form of ["json", "junit", "html"] as const) {
      const [file] = reportFiles(makeReport([target], {}), form);
      expect(file?.content).toContain("it was renamed");
    }
  });

  const hostile = new Proxy(new Error("hidden"), {
    get: () => {
      throw new Error("a trap");
    },
    getPrototypeOf: () => {
      throw new Error("a trap");
    },
  });
  it.each<[string, unknown, string]>([
    ["a text", "just words", "just words"],
    ["null", null, "null was thrown"],
    ["undefined", undefined, "undefined was thrown"],
    ["no error", { code: 7 }, "{ code: 7 }"],
    ["an error whose message is no text", Object.assign(new Error("x"), { message: { deep: 1 } }), "{ deep: 1 }"],
    ["an error without a message", new RangeError(), "RangeError"],
    ["an error with a bad stack", Object.assign(new Error("odd"), { stack: 7, name: 8, cause: null }), "odd"],
    ["what can't be looked at", hostile, "What was thrown can't be looked at"],
  ])("is made whatever was thrown: %s", async (_, thrown, message) => {
    const odd: Case = { id: "MINE-001", law: "R1", title: "odd", run: () => Promise.reject(thrown) };
    const harness = { ...memoryHarness(), cases: [odd] };
    const target = await testTarget(harness, { ...common, only: ["MINE-001"], place: "memory:" });
    expect(target.results[0]).toMatchObject({ status: "failed", message });
    const [found] = target.diagnoses;
    expect(found?.sentence).toBeTypeOf("string");
    for (const form of reportForms) expect(reportFiles(makeReport([target], {}), form)).toHaveLength(1);
  });

  it("ends with a sentence where a backend is not opened in time", async () => {
    const hanging: Harness = { name: "hanging", create: () => new Promise(() => {}) };
    expect(await testTarget(hanging, { ...common, place: "nowhere", timeoutMs: 20 })).toMatchObject({
      status: "skipped",
      reason: "it could not be opened and closed within 0.02 s",
    });
  });

  it("tells why a backend can't be opened, not why it then can't be taken away", async () => {
    const backend = {
      open: () => Promise.reject(new Error("the secret key is wrong")),
      destroy: () => Promise.reject(new Error("UnknownError")),
    };
    const locked: Harness = { name: "locked", create: async () => backend };
    const target = await testTarget(locked, { ...common, place: "nowhere" });
    expect(target).toMatchObject({ status: "skipped", reason: "the secret key is wrong" });
    const stuck = {
      ...memoryHarness(),
      create: async () => ({ ...backend, open: (await memoryHarness().create()).open }),
    };
    expect(await testTarget(stuck, { ...common, place: "nowhere" })).toMatchObject({ reason: "UnknownError" });
  });

  it("tells behind why a case failed what it may have left", async () => {
    const create = async () => {
      const backend = await memoryHarness({}, failing).create();
      return { ...backend, destroy: () => Promise.reject(new Error("folder is busy")) };
    };
    const busy: Harness = { name: "busy", create };
    // The first opening is no case.
    let turn = 0;
    const harness = { ...busy, create: () => (turn++ === 0 ? memoryHarness() : busy).create() };
    const { results } = await testTarget(harness, { ...common, only: ["RECORD-001", "VERSION-011"], place: "busy" });
    expect(results).toMatchObject([
      { message: "folder is busy", broke: "close" },
      { message: expect.stringMatching(/<script>[^]*\nSomething of it may be left: folder is busy$/) },
    ]);
  });

  it.each<[string, unknown]>([
    ['what the harness\'s "create" resolves to is undefined', undefined],
    ['what the harness\'s "create" resolves to has no function "destroy"', { open: async () => ({}) }],
    ['what the backend\'s "open" resolves to is undefined', { open: async () => {}, destroy: async () => {} }],
  ])("is red where nothing can be tested, since %s", async (problem, backend) => {
    const target = await testTarget({ name: "odd", create: async () => backend as never }, { ...common, place: "odd" });
    const sentence = `Nothing could be tested, since ${problem}.`;
    expect(target).toMatchObject({ status: "failed", results: [], diagnoses: [{ sentence, cases: [] }] });
  });

  it("is red where no case can be chosen by what the driver says of itself, and tells why", async () => {
    const capabilities = { compareAndSwap: "store" } as unknown as Capabilities;
    const mute = memoryHarness({}, (driver) => ({ ...driver, capabilities, notices: [null] as unknown as string[] }));
    const target = await testTarget(mute, { ...common, place: "memory:" });
    const sentence = 'Nothing could be tested, since its capabilities have no "limits".';
    expect(target).toMatchObject({ status: "failed", results: [], diagnoses: [{ sentence, cases: [] }] });
    const whole = makeReport([target], {});
    expect(isGood(whole)).toBe(false);
    for (const form of ["junit", "html", "md"] as const) {
      expect(reportFiles(whole, form)[0]?.content).toContain("Nothing could be tested");
    }
    expect(reportFiles(whole, "junit")[0]?.content).toContain('tests="1" failures="1"');
    expect(reportFiles(whole, "badge")[0]?.content).toContain("none</title>");
  });

  it("is made whatever words the capabilities hold", async () => {
    const odd = { durability: { disk: true }, watch: null, atomicBatch: [1] };
    const wild = memoryHarness({}, (driver) =>
      delegate(driver, { capabilities: Object.assign({ ...driver.capabilities }, odd) }),
    );
    const target = await testTarget(wild, { ...common, only: ["CLAIM-003"], place: "memory:" });
    expect(target.status).toBe("failed");
    const [page] = reportFiles(makeReport([target], {}), "html");
    expect(page?.content).toContain("{&quot;disk&quot;:true}");
  });

  it("cuts a message that would fill the page", async () => {
    const long = memoryHarness({}, (driver) =>
      delegate(driver, { put: () => Promise.reject(new Error("😀".repeat(5000))) }),
    );
    const { results } = await testTarget(long, { ...common, only: ["RECORD-001"], place: "memory:" });
    expect(results[0]?.message).toMatch(/… and [\d,]+ more characters$/);
    expect(results[0]?.message?.isWellFormed()).toBe(true);
  });

  it("shows no secret of a URL, whatever is said behind it", async () => {
    const talking = memoryHarness({}, (driver) =>
      delegate(driver, {
        put: () => Promise.reject(new Error(`no db://me:hunter2@host?token=t ${"a-".repeat(500_000)}`)),
      }),
    );
    const { results } = await testTarget(talking, { ...common, only: ["RECORD-001"], place: "memory:" });
    expect(results[0]?.message).toMatch(/no db:\/\/me:\*{3}@host\?token=\*{3} a-.*… and [\d,]+ more characters$/);
    expect(JSON.stringify(results)).not.toContain("hunter2");
  });

  it("is not good where nothing but known gaps were met", async () => {
    const refusing: Harness = { ...memoryHarness({}, failing), knownGaps: { "VERSION-011": "no conditions yet" } };
    const target = await testTarget(refusing, { ...common, only: ["VERSION-011"], place: "memory:" });
    const whole = makeReport([target], {});
    expect(target).toMatchObject({ status: "passed", counts: { passed: 0, failed: 0, gap: 1 } });
    expect(isGood(whole)).toBe(false);
    expect(verdictOf(whole)).toBe("Nothing but known gaps: memory.");
  });

  it("calls nothing broken where the backend was away, or full", async () => {
    const full = memoryHarness({}, (driver) =>
      delegate(driver, { put: () => Promise.reject(new DriverError("UNAVAILABLE", "the disk is full")) }),
    );
    const target = await testTarget(full, { ...common, only: ["RECORD-001", "RECORD-005"], place: "memory:" });
    const whole = makeReport([target], {});
    expect(target.results.map(({ broke }) => broke)).toEqual(["call", "call"]);
    expect(isGood(whole)).toBe(false);
    expect(verdictOf(whole)).toBe("The suite could not be carried out on memory.");
  });

  it("is red where known gaps kept the other cases from being run", async () => {
    const stuck = cases.slice(0, 5).map(({ id }) => id);
    const knownGaps = Object.fromEntries(stuck.map((id) => [id, "it is slow there"]));
    let turn = 0;
    const create = (): ReturnType<Harness["create"]> =>
      turn++ === 0 ? memoryHarness().create() : new Promise(() => {});
    const hanging: Harness = { ...memoryHarness(), knownGaps, create };
    const { only: _, ...all } = common;
    const target = await testTarget(hanging, { ...all, place: "memory:", profile: "quick", timeoutMs: 20 });
    expect(target).toMatchObject({ status: "failed", counts: { passed: 0, gap: 5 }, grade: { level: "none" } });
    expect(isGood(makeReport([target], { profile: "quick" }))).toBe(false);
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

  it("as badges have names that a file system takes, and no two of them one", () => {
    const named = (name: string): TargetReport => ({ ...(report.targets[0] as TargetReport), name });
    const names = ["S3", "s3!", "s 3", "x".repeat(300), `${"x".repeat(300)}y`, "漢字", "***", "s3 2"];
    const files = reportFiles(makeReport(names.map(named), {}), "badge").map(({ name }) => name);
    expect(new Set(files).size).toBe(names.length);
    expect(files.slice(0, 3)).toEqual(["badge-s3.svg", "badge-s3-2.svg", "badge-s-3.svg"]);
    expect(files.filter((name) => !/^badge-[a-z\d-]+\.svg$/.test(name) || name.length > 80)).toEqual([]);
  });

  it("say what a level takes on trust", () => {
    const grade: Grade = { level: "full", missing: [], unshown: ['durability "power": <no files>'] };
    const whole = makeReport([{ ...(report.targets[0] as TargetReport), grade }], {});
    expect(reportFiles(whole, "html")[0]?.content).toContain(
      "<b>Taken on trust:</b> durability &quot;power&quot;: &lt;no files&gt;",
    );
    expect(reportFiles(whole, "md")[0]?.content).toContain('- Taken on trust: durability "power": \\<no files\\>.');
    expect(JSON.parse(reportFiles(whole, "json")[0]!.content)).toMatchObject({ targets: [{ grade }] });
  });

  it("as Markdown hold no control characters", () => {
    // oxlint-disable-next-line no-control-regex -- those are what is looked for
    expect(fileOf("md")).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F]/);
    expect(fileOf("md")).toContain(String.raw`\u0000`);
  });

  it("name the first of many ids, and how many more there are", () => {
    const ids = Array.from({ length: 20 }, (_, i) => `LIST-${String(i * 2 + 1).padStart(3, "0")}`);
    expect(inShort(ids)).toBe(`${ids.slice(0, 8).join(", ")} and 12 more`);
    expect(inShort(ids.slice(0, 9))).toBe(ids.slice(0, 9).join(", "));
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
