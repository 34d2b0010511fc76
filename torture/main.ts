/** `npm run torture`: faults on real servers under users of both sides; ends with 1 if a promise of the protocol is broken. */
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { FaultPoint } from '../src/base/fault-points.js';
import { version } from '../src/base/version.js';
import { faults } from './faults/catalogue.js';
import { ledgerLine } from './ledger.js';
import { pointsNamed, positive } from './options.js';
import { problemLines, scheduleLines, storyOf, summaryLines, summaryOf } from './report.js';
import { type TortureResult, torture } from './run.js';

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly faults?: readonly string[];
  readonly perSecond?: number;
  readonly points?: readonly FaultPoint[];
  readonly json: boolean;
  readonly ledger?: string;
  readonly keep?: string;
}

const program = new Command('torture')
  .option('--seconds <n>', 'how long users write and faults happen', positive, 60)
  .option('--seed <n>', 'of users, faults and their times', positive, 1)
  .option('--faults <names>', 'only these, with commas; none: users alone', (text) => text.split(','))
  .option('--per-second <n>', 'users’ transactions a second', positive)
  .option('--points <names>', 'fault points that every-point walks over, with commas', pointsNamed)
  .option('--json', 'print JSON', false)
  .option('--ledger <file>', 'append one line of JSON about the run')
  .option('--keep <folder>', 'keep the sync’s logs there, also of a run without problems')
  .addHelpText('after', `\nFaults:\n${faults.map(({ name, does }) => `  ${name}: ${does}`).join('\n')}\n`)
  .parse();

const options = program.opts<Options>();
const began = performance.now();
const note = (text: string): void =>
  console.error(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);

function commit(): string {
  try {
    const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+')
    );
  } catch {
    return 'unknown';
  }
}

async function keepFailure(result: TortureResult, folder: string): Promise<void> {
  const { evidence, ...rest } = result;
  const stories = result.problems.map((problem) => ({
    ...problem,
    story: evidence === null ? [] : storyOf(problem, evidence),
  }));
  await writeFile(join(folder, 'result.json'), JSON.stringify({ ...rest, problems: stories }, null, 2));
  if (evidence !== null) await writeFile(join(folder, 'history.json'), JSON.stringify(evidence.history));
}

const given = options.keep === undefined ? null : resolve(options.keep);
if (given !== null) await mkdir(given, { recursive: true });
const folder = given ?? (await mkdtemp(join(tmpdir(), 'isthmus-tortured-')));
const { seconds, seed } = options;
note(`seed ${seed}, ${seconds} s`);
const result = await torture({
  seconds,
  seed,
  faults: options.faults ?? null,
  perSecond: options.perSecond ?? null,
  points: options.points ?? null,
  folder,
  note,
});
const bad = result.problems.length > 0;
if (bad) await keepFailure(result, folder);
if (options.ledger !== undefined)
  await appendFile(
    options.ledger,
    ledgerLine(
      result,
      { seed, seconds, faults: options.faults ?? null },
      { at: new Date().toISOString(), version, commit: commit() },
    ),
  );
if (options.json) {
  const kept = bad || given !== null ? folder : null;
  console.log(
    JSON.stringify(
      { seed, seconds, ...summaryOf(result), faultLog: result.faults, found: result.problems, kept },
      null,
      2,
    ),
  );
} else {
  console.log(['schedule:', ...scheduleLines(result), ...summaryLines(result), ...problemLines(result)].join('\n'));
  if (bad) console.log(`seed ${seed}, ${seconds} s; the sync's logs and the history are in ${folder}`);
  console.log(`${result.problems.length} problems`);
}
if (!bad && given === null) await rm(folder, { recursive: true, force: true });
process.exitCode = bad ? 1 : 0;
