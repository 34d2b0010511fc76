/**
 * The explorer's command: `--runs N` per scenario, `--seed S`, `--seconds T`, `--scenario NAME` and `--break RULE` (both may
 * be repeated), `--workers N`, `--trace` for one run step by step. Exits with 1 if a run failed.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Exploration, explore } from './explore.js';
import { type RuleName, ruleNames } from './rule-names.js';
import { runOne } from './run-one.js';
import { scenarioNamed, scenarios } from './scenario.js';
import { emptyTally, join, type Tally, table } from './tally.js';

type Tallies = readonly (readonly [string, Tally])[];

if (process.send) await work();
else process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      seconds: { type: 'string' },
      scenario: { type: 'string', multiple: true },
      break: { type: 'string', multiple: true, default: [] },
      workers: { type: 'string', default: String(availableParallelism()) },
      trace: { type: 'boolean', default: false },
    },
  });
  const names = values.scenario ?? scenarios.map(({ name }) => name);
  for (const name of names) scenarioNamed(name);
  const disabledRules = values.break.map(ruleNamed);
  const seed = number('seed', values.seed);
  if (values.trace) return trace({ name: names[0] as string, seed, disabledRules });
  const runs = values.runs ? number('runs', values.runs) : values.seconds ? 1e9 : 1000;
  const started = Date.now();
  const until = values.seconds ? started + 1000 * number('seconds', values.seconds) : Number.MAX_SAFE_INTEGER;
  const workers = Math.max(1, number('workers', values.workers));
  const tallies = await share({ scenarios: names, seed, runs, stride: workers, disabledRules, until });
  console.log(table(tallies, disabledRules));
  const all = emptyTally();
  for (const tally of tallies.values()) join(all, tally);
  console.log(`${all.runs} runs, ${all.bad} bad, in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return all.bad > 0 ? 1 : 0;
}

async function trace(of: {
  readonly name: string;
  readonly seed: number;
  readonly disabledRules: readonly RuleName[];
}): Promise<number> {
  const scenario = scenarioNamed(of.name);
  const result = await runOne({
    seed: of.seed,
    scenario,
    disabledRules: of.disabledRules,
    trace: (line) => console.log(line),
  });
  console.log(result.problems.length > 0 ? result.problems.join('\n') : 'all invariants hold');
  return result.problems.length > 0 ? 1 : 0;
}

/** Each process takes every nth seed. */
async function share(exploration: Exploration): Promise<Map<string, Tally>> {
  const parts = Array.from({ length: exploration.stride }, (_, index) =>
    inWorker({ ...exploration, seed: exploration.seed + index, runs: exploration.runs - index }),
  );
  const tallies = new Map(exploration.scenarios.map((name) => [name, emptyTally()]));
  for (const part of await Promise.all(parts))
    for (const [name, tally] of part) join(tallies.get(name) as Tally, tally);
  return tallies;
}

function inWorker(exploration: Exploration): Promise<Tallies> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [], { serialization: 'advanced' });
    let answered = false;
    child.on('message', (tallies: Tallies) => {
      answered = true;
      resolve(tallies);
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (!answered) reject(new Error(`a worker ended with ${code} and without an answer`));
    });
    child.send(exploration);
  });
}

async function work(): Promise<void> {
  const exploration = await new Promise<Exploration>((resolve) => {
    process.once('message', (message) => resolve(message as Exploration));
  });
  const tallies: Tallies = [...(await explore(exploration))];
  await new Promise<void>((resolve) => {
    process.send?.(tallies, () => resolve());
  });
  process.disconnect();
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a whole number, not ${text}`);
  return value;
}

function ruleNamed(name: string): RuleName {
  const rule = ruleNames.find((one) => one === name);
  if (rule === undefined) throw new Error(`no rule ${name}; there are: ${ruleNames.join(', ')}`);
  return rule;
}
