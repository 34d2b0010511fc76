/** Conflicts that could happen to a table, made from its column types: the same ones at every call. Pure. */
import { classify } from '../../conflict/classify.js';
import type { ConflictFacts } from '../../conflict/conflict-facts.js';
import type { Policy } from '../../conflict/policy.js';
import type { SideVersion } from '../../model/conflict.js';
import type { Entity } from '../../model/entity.js';
import { encodeKey } from '../../model/key.js';
import { type State, sameState, type Value } from '../../model/record.js';
import { valuesOf } from './generated-values.js';

export interface GenerateOptions {
  readonly count: number;
  readonly seed: number;
}

/** None for a table without a column outside its key: nothing can collide there but a delete. */
export function generateConflicts(entity: Entity, policy: Policy, options: GenerateOptions): readonly ConflictFacts[] {
  if (entity.fields.length === 0) return [];
  const chance = mulberry32(options.seed);
  const source: Source = {
    pools: entity.fields.map(({ nullable, type }, index) =>
      policy.vector === index
        ? { values: vectors, nullable: false }
        : { values: [...valuesOf(type, policy.rules.get(index)?.rule), ...flagValues(policy, index)], nullable },
    ),
    keys: entity.key.map(({ type }) => valuesOf(type)),
    chance,
  };
  const found: ConflictFacts[] = [];
  // Two versions are the same now and then, and for a table with few values often.
  for (let tries = 0; found.length < options.count && tries < options.count * 10; tries++) {
    const one = oneConflict(entity, source);
    if (one !== null) found.push(one);
  }
  return found;
}

/** What both sides would be if they were each other. */
export function swapSides(facts: ConflictFacts): ConflictFacts {
  return { ...facts, sql: facts.mongodb, mongodb: facts.sql };
}

/** A number in [0, 1) at each call. */
type Chance = () => number;

interface Source {
  readonly pools: readonly { readonly values: readonly string[]; readonly nullable: boolean }[];
  readonly keys: readonly (readonly string[])[];
  readonly chance: Chance;
}

function oneConflict(entity: Entity, source: Source): ConflictFacts | null {
  const { chance } = source;
  const base = chance() < 0.15 ? null : fresh(source);
  const states = { base, sql: version(base, source), mongodb: version(base, source) };
  const { sql, mongodb } = states;
  if (sameState(sql, mongodb) || sameState(sql, base) || sameState(mongodb, base)) return null;
  const key = encodeKey(
    source.keys.map(
      (values) =>
        pick(
          values.filter((value) => value !== ''),
          chance,
        ) ?? '1',
    ),
  );
  return {
    entity: entity.name,
    key,
    kind: classify({ key, ...states }),
    base,
    sql: sideVersion(sql, chance),
    mongodb: sideVersion(mongodb, chance),
  };
}

function fresh(source: Source): readonly Value[] {
  return source.pools.map((_, index) => oneValue(source, index));
}

function version(base: State, source: Source): State {
  const { chance } = source;
  if (base === null) return fresh(source);
  if (chance() < 0.05) return null;
  return base.map((value, index) => (chance() < 0.6 ? oneValue(source, index) : value));
}

function oneValue({ pools, chance }: Source, index: number): Value {
  const { values = [], nullable = true } = pools[index] ?? {};
  return nullable && chance() < 0.1 ? null : pick(values, chance);
}

/** Equal and unknown times are among them. */
function sideVersion(state: State, chance: Chance): SideVersion {
  const time = chance() < 0.1 ? null : 1_700_000_000_000 + Math.floor(chance() * 4) * 1000;
  return { state, raw: null, version: null, time };
}

function pick(values: readonly string[], chance: Chance): Value {
  return values[Math.floor(chance() * values.length)] ?? null;
}

const vectors = ['{"mongodb":1,"sql":1}', '{"mongodb":1,"sql":2}', '{"mongodb":2,"sql":1}', '{"mongodb":2,"sql":2}'];

/** Values by which a field says who owns another one; several times, so that they are met among the others. */
function flagValues(policy: Policy, index: number): readonly string[] {
  const flags = [...policy.rules.values()].flatMap((rule) =>
    rule.rule === 'flag' && rule.flag === index ? [...rule.sql, ...rule.mongodb] : [],
  );
  return [...flags, ...flags, ...flags];
}

/** By Tommy Ettinger (public domain). */
function mulberry32(seed: number): Chance {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
