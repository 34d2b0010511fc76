/** `npm run bench -- NAME`: measures on embedded servers and says which bars are held. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { sides } from '../src/model/side.js';
import { capture } from './capture.js';
import { collisions } from './collisions.js';
import { compare } from './compare.js';
import { growth } from './growth.js';
import { entryOf, type Worse, worseLines, worseThanBefore } from './history.js';
import { bulkImport } from './import.js';
import { kafka } from './kafka.js';
import { latency } from './latency.js';
import { load } from './load.js';
import { commitOf, machineOf } from './machine.js';
import { memory, transaction } from './memory.js';
import type { BenchOptions } from './options.js';
import { peer } from './peer.js';
import { printReport, type Report } from './report.js';
import { appendResult, readResults } from './results.js';
import { settle } from './settle.js';
import { columns, sizes } from './shapes.js';
import { stream } from './stream.js';
import { texts } from './texts.js';
import { openServers, type Servers } from './world.js';

type Benchmark = (servers: () => Promise<Servers>, options: BenchOptions) => Report | Promise<Report>;

/** One that works on servers. */
const on =
  (run: (servers: Servers, options: BenchOptions) => Promise<Report>): Benchmark =>
  async (servers, options) =>
    run(await servers(), options);

const benchmarks: Readonly<Record<string, Benchmark>> = {
  stream: on(stream),
  capture: on(capture),
  peer: on(peer),
  settle: on(settle),
  collisions: on(collisions),
  columns: on(columns),
  sizes: on(sizes),
  growth: on(growth),
  kafka: on(kafka),
  import: on(bulkImport),
  latency: on(latency),
  load: on(load),
  compare: on(compare),
  memory: on(memory),
  transaction: on(transaction),
  texts,
};

interface Options {
  readonly quick: boolean;
  readonly json: boolean;
  readonly save: boolean;
  readonly count?: number;
  readonly batch: number;
  readonly lanes: number;
  readonly from?: 'sql' | 'mongodb';
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number above 0 is asked for');
  return number;
}

const program = new Command('bench')
  .addArgument(new Argument('<names...>', 'what to measure').choices([...Object.keys(benchmarks), 'all']))
  .option('--quick', 'the short form, under a minute each', false)
  .option('--json', 'print JSON', false)
  .option('--save', 'add the figures to bench/results', false)
  .option('--count <n>', 'records or changes', positive)
  .option('--batch <n>', 'changes in one target transaction', positive, 1000)
  .option('--lanes <n>', 'writers per direction', positive, 2)
  .addOption(new Option('--from <side>', 'one direction only').choices([...sides]))
  .addHelpText(
    'after',
    '\nA bar that is missed ends with 1. BENCH_PROFILE=FOLDER writes CPU profiles of the processes under test; BENCH_FLAGS are more of Node’s flags for them.',
  )
  .parse();

const { from, json, save, ...rest } = program.opts<Options>();
const note = (text: string): void => console.error(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${text}`);
const options: BenchOptions = { ...rest, from: from === undefined ? sides : [from], note };
const names = program.args.includes('all') ? Object.keys(benchmarks) : program.args;
const asked = { ...rest, from: options.from.join() };
let opened: Promise<Servers> | null = null;
const servers = (): Promise<Servers> => {
  opened ??= openServers();
  return opened;
};
await using _closing = {
  async [Symbol.asyncDispose](): Promise<void> {
    await (await opened)?.[Symbol.asyncDispose]();
  },
};
const reports: (Report & { readonly worse: readonly Worse[] })[] = [];
for (const name of names) {
  note(`bench ${name}`);
  const report = await (benchmarks[name] as NonNullable<(typeof benchmarks)[string]>)(servers, options);
  const worse = await compareWithBefore(name, report);
  reports.push({ ...report, worse });
  if (json) continue;
  printReport(report);
  for (const line of worseLines(worse)) console.log(`  ${line}`);
}
if (json) console.log(JSON.stringify(reports, null, 2));
if (reports.some(({ bars }) => bars.some(({ held }) => !held))) process.exitCode = 1;

/** The median of earlier runs is taken before this one is added to them. */
async function compareWithBefore(name: string, report: Report): Promise<Worse[]> {
  const at = new Date().toISOString();
  const machine = await machineOf((await opened) ?? null);
  const entry = entryOf(report, { at, commit: await commitOf(), machine, options: asked });
  const worse = worseThanBefore(entry, await readResults(name));
  if (save) await appendResult(name, entry);
  return worse;
}
