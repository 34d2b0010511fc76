/** What a run is made of: the scenarios by name, and what each run draws of it from its seed. Data only. */
import type { Random } from '../random.js';

export interface Scenario {
  readonly name: string;
  /** The process is killed, stopped and started again, and connections break. */
  readonly crash?: boolean;
  /** A process is paused, a successor started, the former one continued. */
  readonly zombie?: boolean;
  /** Old values come back. */
  readonly aba?: boolean;
  /** One record that is written often, and often gets back the value that it had just before. */
  readonly dense?: boolean;
  /** One side fills the other while both are written. */
  readonly load?: boolean;
  /** With a load: how probable it is that the other side has a record of its own under the same key. */
  readonly overlap?: number;
  /** Operators load the table again, from either side, while all is moving. */
  readonly reloads?: boolean;
  /** SQL's table gets a column with a default while the sync stands still. */
  readonly columns?: boolean;
  /** Several lanes, transactions of several records, batches. */
  readonly lanes?: boolean;
  /** SQL changes what is written to it, and deletes what hangs on a deleted record. */
  readonly deviate?: boolean;
  /** SQL gives a column that must not be null its default where nothing is written to it. */
  readonly fills?: boolean;
  /** A unique field on SQL. */
  readonly unique?: boolean;
  /** Some conflicts wait for a person. */
  readonly manual?: boolean;
  /** The sides never touch the same record: no conflict may be found. */
  readonly disjoint?: boolean;
  /** Records of several fields, and a policy drawn from the seed that really decides. */
  readonly policies?: boolean;
  /** People decide what waits for them, all of it at last; operators pause now and then. */
  readonly people?: boolean;
  /** Some records differ from before the sync; somebody compares while all is moving, and repairs. */
  readonly planted?: boolean;
  /** Operators change which way changes cross in mid-work; users keep to the sides that lead. */
  readonly turns?: boolean;
  /** With turns: the engine is one of several, and the turn is made without asking it; whoever makes it may die. */
  readonly afar?: boolean;
  /** With turns: users write on sides that do not lead as well. */
  readonly astray?: boolean;
  /** Each side refuses some values of the other's, for a while; people try dead letters again or give them up. */
  readonly letters?: boolean;
  /** What only some of the runs have. */
  readonly sometimes?: readonly Flag[];
}

type Flag =
  | 'afar'
  | 'crash'
  | 'disjoint'
  | 'fills'
  | 'zombie'
  | 'load'
  | 'lanes'
  | 'people'
  | 'unique'
  | 'aba'
  | 'manual'
  | 'turns';

export const scenarios: readonly Scenario[] = [
  { name: 'plain' },
  { name: 'crash', crash: true },
  { name: 'aba', aba: true },
  { name: 'aba+crash', aba: true, crash: true },
  { name: 'dense', aba: true, dense: true },
  { name: 'dense+crash', aba: true, dense: true, crash: true },
  { name: 'load', load: true },
  { name: 'load+crash', load: true, crash: true },
  { name: 'overlap', load: true, overlap: 0.5 },
  { name: 'overlap+crash', load: true, overlap: 0.5, crash: true },
  { name: 'reload', reloads: true, sometimes: ['disjoint', 'lanes', 'manual', 'turns'] },
  { name: 'reload+crash', reloads: true, crash: true, sometimes: ['disjoint', 'lanes', 'manual', 'zombie', 'turns'] },
  { name: 'reload+lanes', reloads: true, crash: true, lanes: true, disjoint: true, dense: true },
  { name: 'columns', columns: true, sometimes: ['fills', 'disjoint', 'lanes', 'manual', 'people', 'turns'] },
  {
    name: 'columns+crash',
    columns: true,
    crash: true,
    sometimes: ['fills', 'disjoint', 'lanes', 'manual', 'people', 'turns'],
  },
  { name: 'zombie', zombie: true, crash: true },
  { name: 'lanes', lanes: true },
  { name: 'lanes+crash', lanes: true, crash: true, zombie: true },
  { name: 'disjoint', lanes: true, disjoint: true, crash: true },
  { name: 'deviate', deviate: true },
  { name: 'deviate+crash', deviate: true, crash: true, lanes: true },
  { name: 'fills', fills: true, sometimes: ['lanes', 'disjoint'] },
  { name: 'fills+crash', fills: true, crash: true, sometimes: ['lanes', 'disjoint', 'manual', 'zombie'] },
  { name: 'unique', unique: true, lanes: true },
  { name: 'unique+crash', unique: true, lanes: true, crash: true },
  { name: 'manual', manual: true },
  { name: 'manual+crash', manual: true, crash: true },
  { name: 'people', manual: true, people: true, sometimes: ['crash', 'zombie', 'lanes', 'unique'] },
  { name: 'letters', letters: true, people: true, sometimes: ['manual', 'lanes', 'load'] },
  {
    name: 'letters+crash',
    letters: true,
    people: true,
    crash: true,
    sometimes: ['manual', 'zombie', 'lanes', 'load'],
  },
  { name: 'strategies', policies: true, sometimes: ['people', 'lanes', 'load'] },
  { name: 'strategies+crash', policies: true, crash: true, sometimes: ['people', 'zombie', 'lanes', 'load'] },
  { name: 'comparison', planted: true, sometimes: ['lanes', 'aba', 'manual'] },
  { name: 'comparison+crash', planted: true, crash: true, sometimes: ['zombie', 'lanes', 'aba', 'manual'] },
  { name: 'turns', turns: true, sometimes: ['lanes', 'aba'] },
  { name: 'turns+crash', turns: true, crash: true, sometimes: ['zombie', 'lanes', 'aba'] },
  { name: 'turns+afar', turns: true, afar: true, sometimes: ['crash', 'lanes', 'aba'] },
  { name: 'turns+afar+crash', turns: true, afar: true, crash: true, sometimes: ['zombie', 'lanes', 'aba'] },
  { name: 'astray', turns: true, astray: true, sometimes: ['crash', 'lanes', 'afar'] },
  { name: 'all', crash: true, zombie: true, load: true, overlap: 0.3, lanes: true, deviate: true, manual: true },
];

/** The scenario as this run has it. */
export function drawScenario(random: Random, scenario: Scenario): Scenario {
  const { sometimes = [] } = scenario;
  return { ...scenario, ...Object.fromEntries(sometimes.map((flag) => [flag, random.chance(0.4)])) };
}

export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`no scenario ${name}; there are: ${scenarios.map((one) => one.name).join(', ')}`);
  return found;
}
