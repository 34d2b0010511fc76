/**
 * `npm run nightly`: torture runs one after the other, each with its line in the ledger. Goes on where the ledger ends, so that a
 * long series can be run in parts; ends with 1 if a run found a problem.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { FaultPoint } from '../src/base/fault-points.js';
import { orderedPoints } from './faults/sync-ends.js';
import { type LedgerEntry, nightlySeconds, passedSeeds, ranges, readLedger, summed } from './ledger.js';
import { positive } from './options.js';

interface Options {
  readonly from: number;
  readonly to: number;
  readonly minutes?: number;
  readonly points?: number;
  readonly ledger: string;
}

const program = new Command('nightly')
  .option('--from <seed>', 'the first seed', positive, 1)
  .option('--to <seed>', 'the last seed', positive, 200)
  .option('--minutes <n>', 'begin no run after so long', positive)
  .option('--points <n>', 'then kill at the fault points until each was met so often in the ledger', positive)
  .option('--ledger <file>', 'where each run leaves its line', 'torture/ledger.jsonl')
  .parse();
const options = program.opts<Options>();
const began = performance.now();

const pointsSeconds = 600;
/** Met soon where users often meet only: records are held there, and come back to their base. */
const crowded = (point: string): boolean => point.startsWith('advance.');
const crowdPerSecond = 250;
/** For the others: what users do takes time from kills, and leaves little to save without a write. */
const fewPerSecond = 20;
/** A run that hangs is ended, and told of as a bad one. */
const runLimitMs = 25 * 60_000;
const pointSeeds = 10_000;

const minutes = (): number => (performance.now() - began) / 60_000;
const timeIsUp = (): boolean => options.minutes !== undefined && minutes() >= options.minutes;
const entries = (): readonly LedgerEntry[] =>
  existsSync(options.ledger) ? readLedger(readFileSync(options.ledger, 'utf8')) : [];

/** One run in a process of its own; whether it found nothing. */
function run(seed: number, args: readonly string[]): Promise<boolean> {
  const whole = ['tsx', 'torture/main.ts', '--seed', `${seed}`, '--ledger', options.ledger, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn('npx', whole, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const end = (): void => void process.kill(-(child.pid as number), 'SIGKILL');
    const tooLong = setTimeout(end, runLimitMs);
    const leave = (): void => {
      end();
      process.exit(1);
    };
    process.once('SIGINT', leave).once('SIGTERM', leave);
    let said = '';
    child.stdout.on('data', (some: Buffer) => {
      said += some.toString();
    });
    child.stderr.on('data', (some: Buffer) => {
      said += some.toString();
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(tooLong);
      process.off('SIGINT', leave).off('SIGTERM', leave);
      const good = code === 0;
      const ended = good ? 'no problem' : `ended with ${code ?? signal}`;
      console.log(`${minutes().toFixed(1).padStart(6)} min  seed ${seed}: ${ended}`);
      if (!good) console.log(said);
      resolve(good);
    });
  });
}

function met(): readonly { readonly point: FaultPoint; readonly times: number }[] {
  const sums = summed(entries().map(({ pointsHit }) => pointsHit));
  return orderedPoints.map((point) => ({ point, times: sums[point] ?? 0 }));
}

/** Over the points that were not met so often; null: there is none. */
function walk(wanted: number): readonly string[] | null {
  const due = met().flatMap(({ point, times }) => (times < wanted ? [point] : []));
  if (due.length === 0) return null;
  const usual = due.filter((point) => !crowded(point));
  const over = usual.length > 0 ? usual : due;
  const perSecond = usual.length > 0 ? fewPerSecond : crowdPerSecond;
  const fixed = ['--seconds', `${pointsSeconds}`, '--faults', 'every-point'];
  return [...fixed, '--points', over.join(','), '--per-second', `${perSecond}`];
}

const bad: number[] = [];
const passed = passedSeeds(entries());
for (let seed = options.from; seed <= options.to && !timeIsUp(); seed++)
  if (!passed.has(seed) && !(await run(seed, ['--seconds', `${nightlySeconds}`]))) bad.push(seed);

const wanted = options.points ?? 0;
for (let seed = pointSeeds + entries().length, args = walk(wanted); args !== null && !timeIsUp(); seed++) {
  if (!(await run(seed, args))) bad.push(seed);
  args = walk(wanted);
}

const { point, times } = met().reduce((least, one) => (one.times < least.times ? one : least));
console.log(
  `seeds that passed: ${ranges([...passedSeeds(entries())])}; the least met fault point: ${point}, ${times} times`,
);
console.log(bad.length === 0 ? 'no run with problems' : `runs with problems: ${bad.join(', ')}`);
process.exitCode = bad.length === 0 ? 0 : 1;
