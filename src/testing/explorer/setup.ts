/** Draws from a seed what a run starts from: keys, options of the engine, uneven speeds, data from before the sync. */
import type { Entity } from '../../model/entity.js';
import { type RecordRef, recordId } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import { defaultEngineOptions, type EngineOptions } from '../../sync/options.js';
import { removableRules } from '../../sync/rules.js';
import type { MemorySide } from '../memory/memory-side.js';
import { plainTable, type TableRules } from '../memory/memory-table.js';
import type { Random } from '../random.js';
import type { Scheduler } from '../scheduler.js';
import type { History } from './history.js';
import { type Refusals, refusedBy } from './refusals.js';
import type { RuleName } from './rule-names.js';
import type { Scenario } from './scenario.js';
import { gradeDefault, gradedFields } from './table-work.js';
import { derivedField, newWide } from './users.js';
import { wideFields, wideKey, wideNames } from './wide-fields.js';

export const entityName = 'public.t';

export function makeEntities(random: Random, scenario: Scenario): Map<string, Entity> {
  const entity: Entity = {
    name: entityName,
    schema: 'public',
    table: 't',
    collection: 't',
    key: scenario.policies ? [wideKey] : [],
    fields: scenario.fills ? gradedFields : scenario.policies ? wideNames.map((name) => wideFields[name]) : [],
    sequenceKey: scenario.policies === true && random.chance(0.2),
    mayDeviate: scenario.deviate === true || (scenario.fills === true && !scenario.columns),
  };
  return new Map([[entityName, entity]]);
}

export function drawRefs(random: Random, scenario: Scenario): RecordRef[] {
  const count =
    scenario.disjoint || scenario.planted
      ? 4
      : scenario.load
        ? 3 + random.int(3)
        : scenario.lanes || scenario.unique || scenario.deviate
          ? 2 + random.int(3)
          : scenario.dense
            ? 1
            : 1 + random.int(2);
  return ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, count).map((key) => ({ entity: entityName, key }));
}

export function drawOptions(
  random: Random,
  scenario: Scenario,
  disabled: readonly RuleName[],
): { options: EngineOptions; loadFrom: Side } {
  const loadFrom: Side = random.chance(0.5) ? 'sql' : 'mongodb';
  const options: EngineOptions = {
    ...defaultEngineOptions,
    batch: random.pick(scenario.lanes || scenario.unique ? [2, 3, 6, 100] : [1, 2, 100]),
    lanes: scenario.lanes ? 1 + random.int(3) : 1,
    keepsPassive: scenario.astray === true && random.chance(0.3),
    initial: scenario.load ? loadFrom : 'none',
    wholeTransaction: random.pick([6, 10, 100]),
    group: random.pick([1, 2, 500]),
    silentWaitMs: random.pick([0, 2, 20]),
    timerMs: 5,
    timerMaxMs: 40,
    heartbeatMs: random.pick([30, 150]),
    refusedAttempts: 1 + random.int(3),
    refusedRetryMs: 60,
    restartMs: 2,
    restartMaxMs: 20,
    awaitingMost: random.pick([1, 4, 1000]),
    heldMost: random.pick([0, 2, 1000]),
    chunksAhead: 1 + random.int(3),
    disabledRules: new Set(removableRules.filter((rule) => disabled.includes(rule))),
  };
  return { options, loadFrom };
}

export function tableRules(scenario: Scenario, side: Side, refusals: Refusals): TableRules {
  const rules = side === 'sql' ? sqlRules(scenario) : plainTable;
  if (!scenario.letters) return rules;
  return { ...rules, refuses: (after) => !refusals.mended && after?.[1] === refusedBy[side] };
}

function sqlRules(scenario: Scenario): TableRules {
  const table = { ...plainTable, idleEvents: true };
  if (scenario.unique) return { ...table, unique: 1 };
  if (scenario.deviate) {
    return {
      ...table,
      trigger: derivedField,
      cascade: ({ entity, key }) => (key === 'a' ? { entity, key: 'b' } : null),
    };
  }
  return table;
}

/** Some of the answers come late in some runs. */
const unevenLabels = [
  'sql: commits',
  'sql: commit is visible',
  'sql: answers',
  'sql: next',
  'sql: writes',
  'sql: reads',
  'sql: marks',
  'sql: begins',
  'mongodb: commits',
  'mongodb: answers',
  'mongodb: next',
  'mongodb: writes',
  'mongodb: reads',
  'mongodb: marks',
  'mongodb: begins',
  'conflicts: finishes',
  'conflicts: saves pending',
  'sql: user commit is visible',
  'mongodb: reads on',
];

export function drawSlow(random: Random, scheduler: Scheduler): void {
  while (random.chance(0.6)) scheduler.slow.add(random.pick(unevenLabels));
}

export interface Filling {
  readonly random: Random;
  readonly scenario: Scenario;
  readonly history: History;
  readonly refs: readonly RecordRef[];
}

/** What the side that is loaded from holds before, and what the other one does, where they overlap or nothing is loaded. */
export function fill({ random, scenario, history, refs }: Filling, from: MemorySide, other: MemorySide): void {
  for (const ref of refs) {
    if (scenario.policies) {
      if (random.chance(0.2)) continue;
      const state = newWide({ random, history, side: from.side }, ref, [null]);
      history.fill(recordId(ref), state);
      from.fill([{ ...ref, after: state }]);
      // Without a load both are in step before.
      if (!scenario.load) other.fill([{ ...ref, after: state }]);
    } else if (scenario.planted) {
      plant(random, history, { ref, from, other });
    } else if (scenario.reloads || scenario.columns) {
      const token = history.first();
      for (const side of random.chance(0.8) ? [from, other] : [])
        side.fill([{ ...ref, after: initial(scenario, token) }]);
    } else if (!scenario.load) {
      return;
    } else if (random.chance(0.8)) {
      const token = history.first();
      from.fill([{ ...ref, after: initial(scenario, token, random.chance(0.3) ? refusedBy[other.side] : null) }]);
      if (!random.chance(scenario.overlap ?? 0)) continue;
      const theirs = random.chance(0.3) ? token : history.first();
      other.fill([{ ...ref, after: initial(scenario, theirs) }]);
    } else if (random.chance((scenario.overlap ?? 0) / 2)) {
      other.fill([{ ...ref, after: initial(scenario, history.first()) }]);
    }
  }
}

/** In step before, or missing on a side, or different. */
function plant(
  random: Random,
  history: History,
  { ref, from, other }: { readonly ref: RecordRef; readonly from: MemorySide; readonly other: MemorySide },
): void {
  if (random.chance(0.2)) return;
  const token = history.first();
  from.fill([{ ...ref, after: [token] }]);
  if (random.chance(0.2)) return;
  other.fill([{ ...ref, after: [random.chance(0.4) ? history.first() : token] }]);
}

function initial(scenario: Scenario, token: string, mark: string | null = null): readonly (string | null)[] {
  if (scenario.letters) return [token, mark];
  if (scenario.columns) return [token, null];
  if (scenario.fills) return [token, gradeDefault];
  return scenario.unique ? [token, null] : scenario.deviate ? [token, `of ${token}`] : [token];
}
