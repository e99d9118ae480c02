import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Profile } from "@stowage/conformance";
import type { ReportFile } from "@stowage/conformance/report";
import { type Command, Option } from "commander";
import { withCompileCache } from "./compile-cache.ts";
import { type Background, withBackground } from "./conformance-background.ts";
import {
  checkAlone,
  checkFolder,
  checkGaps,
  chooseIds,
  type ConformanceOptions,
  formsOf,
  parseEach,
  parseFromOne,
  parseList,
  parseSeconds,
  requiredTargets,
  scaleOf,
} from "./conformance-options.ts";
import { replayOn } from "./conformance-replay.ts";
import { testAll } from "./conformance-run.ts";
import { selfTest } from "./conformance-self-test.ts";
import { findTargets } from "./conformance-targets.ts";
import { reportText, targetText } from "./conformance-text.ts";
import { exitCodes, parseCount, type Shell, UsageError } from "./shell.ts";

const profiles: readonly Profile[] = ["quick", "full", "stress"];

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
      (words: readonly string[], options: ConformanceOptions, command: Command) =>
        start(shell, words, options, command),
    )
    .addOption(new Option("--profile <name>", "how much is run").choices(profiles).default("full"))
    .option("--only <ids>", "these cases or categories: LIST-014,PAIR", parseList)
    .option("--seed <number>", "what everything generated begins from", parseCount, 1)
    .option(
      "--scale <count>",
      "how much larger cases are that find faults by chance (default: 1, stress 10)",
      parseFromOne,
    )
    .option("--timeout <seconds>", "a case may take so long (default: quick 60, full 240, stress 600)", parseSeconds)
    .option("--concurrency <count>", "cases at once (default: 1, on disks 2, on servers 4)", parseFromOne)
    .option("--require <names>", "targets that may not be skipped", parseEach)
    .option("--report <forms>", "json, junit, html, md, badge: files in --out", parseList)
    .option("--out <dir>", "where the files go", "conformance-report")
    .option("--replay <file>", "perform what a failed run of the model has written")
    .option("--self-test", "test the suite: each broken driver must be found")
    .addHelpText("after", help);
}

const help = `
A target is a URL, or a module that exports a harness, or what makes one, or
what makes a driver; NAME=TARGET gives it a name. Cases work in fresh places in
or below what a URL names, and remove them; what lies there is left alone. On
Ctrl-C those under way end first, and what was run is reported; a second Ctrl-C
ends at once and may leave their places behind.

Exit codes:
  0 all that could be reached keep the contract
  1 a case failed, a known gap is closed, nothing was tested, or a required
    target was not; with --replay a target differs, with --self-test a broken
    driver was not found
  2 the command line is wrong, a module can't be loaded, or a replay was not
    possible: nothing was tested
  130 stopped by Ctrl-C (SIGINT); 143 by SIGTERM, 129 by SIGHUP`;

async function start(
  shell: Shell,
  words: readonly string[],
  options: ConformanceOptions,
  command: Command,
): Promise<number> {
  if (options.selfTest) {
    if (words.length > 0) throw new UsageError("Cannot test the suite on a target: --self-test takes none");
    checkAlone(command, "--self-test", [], "the broken drivers are always run in the same way");
    return selfTest(shell, options.json === true);
  }
  if (words.length === 0)
    throw new UsageError("Cannot test nothing: name a URL or a module, see stowage help conformance");
  const { replay } = options;
  if (replay !== undefined) checkAlone(command, "--replay", ["--timeout"], "the file holds all that is performed");
  return withCompileCache(() =>
    withBackground(shell, (background) =>
      replay === undefined
        ? test(shell, words, options, command, background)
        : replayOn(shell, words, replay, options, background),
    ),
  );
}

async function test(
  shell: Shell,
  words: readonly string[],
  options: ConformanceOptions,
  command: Command,
  background: Background,
): Promise<number> {
  const [{ cases }, suite] = await Promise.all([import("@stowage/conformance"), import("@stowage/conformance/report")]);
  const forms = formsOf(suite.reportForms, options.report ?? []);
  const scale = scaleOf(shell, options);
  if (forms.length > 0) checkFolder(shell, options.out);
  else if (command.getOptionValueSource("out") === "cli") {
    throw new UsageError(`Cannot write reports to ${JSON.stringify(options.out)}: --report names no form of one`);
  }
  const targets = await findTargets(shell, words, options.timeout, background);
  const required = requiredTargets(targets, options.require ?? []);
  checkGaps(targets, cases);
  const only = chooseIds(targets, cases, options.only, suite.inBrief);
  const settings = { ...options, ...(scale !== undefined && { scale }), only };
  const { reports, interruption } = await testAll(shell, targets, settings, background, async (report) => {
    if (!options.json) await shell.out.write(targetText(shell.out, suite, report));
  });
  const report = suite.makeReport(reports, { ...settings, ...(interruption && { cutShortBy: interruption.by }) });
  if (options.json) await shell.out.json(report);
  else await shell.out.write(`${reportText(shell.out, suite, report)}${suite.runLine(report)}\n`);
  const folder = resolve(shell.io.cwd, options.out);
  for (const path of writeFiles(
    folder,
    forms.flatMap((form) => suite.reportFiles(report, form)),
  )) {
    if (!options.json) await shell.out.line(`wrote ${relative(shell.io.cwd, path)}`);
  }
  if (interruption !== undefined) return interruption.exitCode;
  const isMissed = targets.some((target, i) => required.includes(target) && reports[i]?.status === "skipped");
  return suite.isGood(report) && !isMissed ? exitCodes.ok : exitCodes.failed;
}

function writeFiles(folder: string, files: readonly ReportFile[]): readonly string[] {
  if (files.length > 0) mkdirSync(folder, { recursive: true });
  return files.map(({ name, content }) => {
    const path = join(folder, name);
    try {
      writeFileSync(path, content);
    } catch (error) {
      // What was run has been told by now.
      const { message } = error as Error;
      throw new Error(`Cannot write the report ${JSON.stringify(path)}: ${message}`, { cause: error });
    }
    return path;
  });
}
