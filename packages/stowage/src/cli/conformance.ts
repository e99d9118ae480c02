import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Harness, Profile } from "@stowage/conformance";
import type { Report, ReportForm, TargetReport } from "@stowage/conformance/report";
import { likelySpelling } from "@stowage/core";
import { type Command, Option } from "commander";
import { replayOn } from "./conformance-replay.ts";
import { selfTest } from "./conformance-self-test.ts";
import { findTargets, type Target } from "./conformance-targets.ts";
import { reportText, targetText } from "./conformance-text.ts";
import { formatCount, shellWord } from "./format.ts";
import { interruptible } from "./interrupt.ts";
import { bar, withLine } from "./progress.ts";
import { exitCodes, parseCount, type Shell, UsageError } from "./shell.ts";

interface ConformanceOptions {
  readonly profile: Profile;
  readonly seed: number;
  readonly out: string;
  readonly only?: readonly string[];
  readonly require?: readonly string[];
  readonly report?: readonly string[];
  readonly concurrency?: number;
  readonly replay?: string;
  readonly selfTest?: boolean;
  readonly json?: boolean;
}

const profiles: readonly Profile[] = ["quick", "full", "stress"];
const nameWidth = 14;

export function conformanceCommand(shell: Shell): Command {
  return shell
    .command(
      "conformance [target...]",
      "Test whether stores keep the contract",
      [
        "conformance fs:./data sqlite:./agent.db",
        "conformance ./harness.ts --profile quick",
        "conformance 's3://bucket?endpoint=http://127.0.0.1:9000' --require s3",
        "conformance lab=redis://10.0.0.1 --report html,junit --out reports",
      ],
      (words: readonly string[], options: ConformanceOptions) => start(shell, words, options),
    )
    .addOption(new Option("--profile <name>", "how much is run").choices(profiles).default("full"))
    .option("--only <ids>", "these cases or categories: LIST-014,PAIR", parseList)
    .option("--seed <number>", "what everything generated begins from", parseCount, 1)
    .option("--require <names>", "targets that may not be skipped", parseList)
    .option("--report <forms>", "json, junit, html, md, badge: files in --out", parseList)
    .option("--out <dir>", "where the files go", "conformance-report")
    .option("--concurrency <count>", "cases at once (default: 1, on disks 2, on servers 4)", parseCount)
    .option("--replay <file>", "perform what a failed run of the model has written")
    .option("--self-test", "test the suite: each broken driver must be found")
    .addHelpText("after", help);
}

const help = `
A target is a URL, or a module that exports a harness, or what makes one, or
what makes a driver; NAME=TARGET gives it a name. Cases work in fresh places in
or below what a URL names, and remove them; what lies there is left alone.

Exit codes:
  0 all that could be reached keep the contract
  1 a case failed, nothing was tested, or a required target was not
  2 the command line is wrong, or a module can't be loaded`;

async function start(shell: Shell, words: readonly string[], options: ConformanceOptions): Promise<number> {
  if (options.selfTest) {
    if (words.length > 0) throw new UsageError("Cannot test the suite on a target: --self-test takes none");
    return selfTest(shell, options.json === true);
  }
  if (words.length === 0)
    throw new UsageError("Cannot test nothing: name a URL or a module, see stowage help conformance");
  return options.replay === undefined ? test(shell, words, options) : replayOn(shell, words, options.replay);
}

async function test(shell: Shell, words: readonly string[], options: ConformanceOptions): Promise<number> {
  const [{ cases }, suite] = await Promise.all([import("@stowage/conformance"), import("@stowage/conformance/report")]);
  const forms = formsOf(suite.reportForms, options.report ?? []);
  if (options.concurrency === 0) throw new UsageError("Cannot run 0 cases at once: the least is 1");
  const targets = await findTargets(shell, words);
  checkRequired(targets, options.require ?? []);
  const only = chooseIds(targets, cases, options.only);
  const tested = await interruptible(shell, async (signal) => {
    const done: TargetReport[] = [];
    for (const target of targets) {
      const result = await testOne(shell, target, { ...options, only, signal });
      signal.throwIfAborted();
      done.push(result);
      if (!options.json) await shell.out.write(targetText(shell.out, suite, result));
    }
    return done;
  });
  const report = suite.makeReport(tested, options);
  if (options.json) await shell.out.json(report);
  else await shell.out.write(`${reportText(shell.out, suite, report)}${suite.runLine(report)}\n`);
  const files = forms.flatMap((form) => suite.reportFiles(report, form));
  const written = writeFiles(resolve(shell.io.cwd, options.out), files);
  if (!options.json) for (const path of written) await shell.out.line(`wrote ${relative(shell.io.cwd, path)}`);
  const isMissed = isMissing(targets, report, options.require ?? []);
  return suite.isGood(report) && !isMissed ? exitCodes.ok : exitCodes.failed;
}

interface RunSettings extends Omit<ConformanceOptions, "only"> {
  readonly only: ReadonlyMap<Target, readonly string[]> | undefined;
  readonly signal: AbortSignal;
}

async function testOne(shell: Shell, target: Target, settings: RunSettings): Promise<TargetReport> {
  const { testTarget } = await import("@stowage/conformance/report");
  const { name, place, note, missing, tidy } = target;
  const { profile, seed, signal, concurrency = target.concurrency } = settings;
  const only = settings.only?.get(target);
  const harness: Harness = target.harness ?? { name, create: () => Promise.reject(new Error(missing)) };
  const counts = { done: 0, failed: 0 };
  try {
    const result = await withLine(shell, (show) =>
      testTarget(harness, {
        name,
        place,
        profile,
        seed,
        signal,
        concurrency,
        ...(only && { only }),
        again: (id) => againCommand(place, id, settings),
        conceal: (text) => shell.conceal(text),
        onResult: ({ status }, total) => {
          counts.done++;
          if (status === "failed") counts.failed++;
          show(() => progressLine(shell, name, counts, total));
        },
      }),
    );
    return note === undefined ? result : { ...result, notices: [note, ...result.notices] };
  } finally {
    tidy();
  }
}

/** `fs              ██████────────  312 of 541 cases · 2 failed` */
function progressLine(
  { err }: Shell,
  name: string,
  { done, failed }: { done: number; failed: number },
  total: number,
): string {
  const failures = failed === 0 ? "" : err.style("red", ` · ${formatCount(failed)} failed`);
  return `${name.padEnd(nameWidth)}  ${bar(err, done / total)}  ${formatCount(done)} of ${formatCount(total)} cases${failures}`;
}

function againCommand(
  place: string,
  id: string,
  { profile, seed }: Pick<ConformanceOptions, "profile" | "seed">,
): string {
  // A case of any profile is run when it is named; stress makes it larger.
  const size = profile === "stress" ? ["--profile", "stress"] : [];
  return ["stowage", "conformance", place, "--only", id, ...size, "--seed", String(seed)].map(shellWord).join(" ");
}

function formsOf(known: readonly ReportForm[], words: readonly string[]): readonly ReportForm[] {
  return words.map((word) => {
    const form = known.find((one) => one === word);
    if (form !== undefined) return form;
    throw new UsageError(`Cannot write a report as ${JSON.stringify(word)}: ${hint(word, known)}`);
  });
}

function checkRequired(targets: readonly Target[], required: readonly string[]): void {
  for (const word of required) {
    if (targets.some((target) => isCalled(target, word))) continue;
    const names = targets.flatMap(({ name, aliases }) => [name, ...aliases]);
    throw new UsageError(`Cannot require ${JSON.stringify(word)}: no target is called that, ${hint(word, names)}`);
  }
}

function isCalled({ name, aliases }: Target, word: string): boolean {
  return name === word || aliases.includes(word);
}

function hint(word: string, known: readonly string[]): string {
  const likely = likelySpelling(word, known);
  return likely === undefined ? `it is one of ${[...new Set(known)].join(", ")}` : `did you mean "${likely}"`;
}

/** The ids that each target is asked for; a word without a number means its whole category. */
function chooseIds(
  targets: readonly Target[],
  cases: NonNullable<Harness["cases"]>,
  words: readonly string[] | undefined,
): ReadonlyMap<Target, readonly string[]> | undefined {
  if (words === undefined) return undefined;
  const known = (target: Target): readonly string[] => [...cases, ...(target.harness?.cases ?? [])].map(({ id }) => id);
  const isMeant = (id: string, word: string): boolean => id === word || id.startsWith(`${word}-`);
  const all = [...new Set(targets.flatMap(known))];
  const ids = words.map((word) => word.toUpperCase());
  const unknown = ids.find((word) => !all.some((id) => isMeant(id, word)));
  if (unknown !== undefined) throw new UsageError(`Cannot run ${JSON.stringify(unknown)}: no case has this id`);
  return new Map(
    targets.map((target) => [target, known(target).filter((id) => ids.some((word) => isMeant(id, word)))]),
  );
}

function writeFiles(folder: string, files: readonly { readonly name: string; readonly content: string }[]): string[] {
  if (files.length > 0) mkdirSync(folder, { recursive: true });
  return files.map(({ name, content }) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  });
}

/** Whether a target that is required was not tested. */
function isMissing(targets: readonly Target[], { targets: results }: Report, required: readonly string[]): boolean {
  return results.some(
    ({ status }, i) => status === "skipped" && required.some((word) => isCalled(targets[i] as Target, word)),
  );
}

function parseList(text: string): readonly string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
