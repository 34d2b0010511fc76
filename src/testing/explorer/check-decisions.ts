/**
 * Whether conflicts of records with several fields were decided as their policy promises, told from what the rules are
 * for, not from how they are written: by the pieces that values are made of and by what the logs say of the time.
 */
import type { FieldRule, Policy } from '../../conflict/policy.js';
import type { ConflictRecord } from '../../model/conflict.js';
import { type State, sameState, type Value } from '../../model/record.js';
import { otherSide, type Side } from '../../model/side.js';
import { atomsOf, Torn, type WideName, wideNames } from './wide-fields.js';
import type { World } from './world.js';

export function checkDecisions(world: World, problems: string[]): void {
  const { policy } = world;
  if (policy === null) return;
  for (const one of world.conflicts.conflicts) {
    // What a person decided, or the sides ended themselves, had been left to a person.
    const waited = one.resolvedBy !== null && one.resolvedBy !== 'policy';
    const problem = wrong(world, policy, waited ? { ...one, resolution: 'pending' } : one);
    if (problem !== null) problems.push(`conflict ${one.id} of ${one.key} under ${policy.strategy}: ${problem}`);
  }
}

/** What is wrong with the decision, or with leaving it to a person; null: nothing. */
function wrong(world: World, policy: Policy, one: ConflictRecord): string | null {
  const later = laterSide(world, one);
  const pending = one.resolution === 'pending';
  const { base, sql, mongodb } = one;
  if (sql.state === null || mongodb.state === null) {
    const deleted: Side = sql.state === null ? 'sql' : 'mongodb';
    const winners = { delete_wins: deleted, update_wins: otherSide(deleted), lww: later, manual: null };
    return takes(one, winners[policy.delete]);
  }
  const isPersons = policy.insert === 'manual' || (world.sequenceKey && !policy.chosen);
  if (base === null && isPersons) return takes(one, null);
  switch (policy.strategy) {
    case 'lww':
      return takes(one, later);
    case 'prefer_sql':
      return takes(one, 'sql');
    case 'prefer_mongodb':
      return takes(one, 'mongodb');
    case 'manual':
      return takes(one, null);
    case 'custom':
      return pending || everyField((index) => isOneOf(one, index)) ? null : 'a field is neither side’s';
    default: {
      const side = policy.vector === null ? null : laterByVector(one, policy.vector);
      return side === null ? wrongFields(policy, one, later) : takes(one, side);
    }
  }
}

/** Null: a person. */
function takes(one: ConflictRecord, side: Side | null): string | null {
  const pending = one.resolution === 'pending';
  if (side === null) return pending ? null : 'decided, though a person should have';
  if (pending) return `left to a person, though ${side} should have won`;
  return sameState(one.decision, one[side].state)
    ? null
    : `${side} should have won, not ${JSON.stringify(one.decision)}`;
}

function everyField(holds: (index: number) => boolean): boolean {
  return wideNames.every((_, index) => holds(index));
}

function isOneOf({ decision, sql, mongodb }: ConflictRecord, index: number): boolean {
  const value = at(decision, index);
  return value === at(sql.state, index) || value === at(mongodb.state, index);
}

function at(state: State, index: number): Value {
  return state?.[index] ?? null;
}

function wrongFields(policy: Policy, one: ConflictRecord, later: Side): string | null {
  let cannot = false;
  let wrongOne: string | null = null;
  for (const [index, name] of wideNames.entries()) {
    if (index === policy.vector) continue;
    const found = expected({ name, index, one, later, rule: policy.rules.get(index) ?? { rule: 'prefer_sql' } });
    if (found === 'person') cannot = true;
    else if (
      found === 'either' ? !isOneOf(one, index) && one.resolution !== 'pending' : !meets(found, one, { name, index })
    )
      wrongOne ??= `${name} became ${at(one.decision, index)} by ${policy.rules.get(index)?.rule}`;
    if (found === 'either' && one.resolution === 'pending') return null;
  }
  if (one.resolution === 'pending') return cannot ? null : 'left to a person without need';
  return cannot ? 'decided what only a person can' : wrongOne;
}

type Expected = 'person' | 'either' | { readonly value: Value } | { readonly pieces: ReadonlySet<string> };

function meets(
  expectation: Exclude<Expected, string>,
  one: ConflictRecord,
  of: { name: WideName; index: number },
): boolean {
  if (one.resolution === 'pending') return true;
  const value = at(one.decision, of.index);
  if ('value' in expectation) return value === expectation.value;
  try {
    const pieces = atomsOf(of.name, value);
    return pieces.size === expectation.pieces.size && [...pieces].every((piece) => expectation.pieces.has(piece));
  } catch (error) {
    if (error instanceof Torn) return false;
    throw error;
  }
}

interface Case {
  readonly name: WideName;
  readonly index: number;
  readonly one: ConflictRecord;
  readonly later: Side;
  readonly rule: FieldRule;
}

function expected(of: Case): Expected {
  const { one, index, rule, later } = of;
  const [base, sql, mongodb] = [at(one.base, index), at(one.sql.state, index), at(one.mongodb.state, index)];
  if (sql === mongodb || (one.base !== null && mongodb === base)) return { value: sql };
  if (one.base !== null && sql === base) return { value: mongodb };
  switch (rule.rule) {
    case 'prefer_sql':
      return { value: sql };
    case 'prefer_mongodb':
      return { value: mongodb };
    case 'prefer_non_null':
      return { value: sql ?? mongodb };
    case 'lww':
      return { value: later === 'sql' ? sql : mongodb };
    case 'flag': {
      const owner = at(one.decision, rule.flag);
      return { value: owner === 'mongodb' ? mongodb : sql };
    }
    case 'max':
    case 'min':
      return { value: extreme(rule.rule, sql, mongodb) };
    case 'custom':
      return 'either';
    case 'counter':
      // Nobody counted yet, or one side cleared what the other counted on.
      if (sql === null || mongodb === null) return base === null ? { value: sql ?? mongodb } : 'person';
      return { value: String(BigInt(sql) + BigInt(mongodb) - BigInt(base ?? 0)) };
    default:
      return { pieces: threeWay(of) };
  }
}

function extreme(rule: 'max' | 'min', sql: Value, mongodb: Value): Value {
  if (sql === null || mongodb === null) return sql ?? mongodb;
  const order = (value: string): number => (/^\d+$/.test(value) ? Number(value) : Date.parse(value));
  const sqlIsMore = order(sql) > order(mongodb);
  return sqlIsMore === (rule === 'max') ? sql : mongodb;
}

/** What either side put in, and of the ancestor what neither took out. */
function threeWay({ name, index, one }: Case): ReadonlySet<string> {
  const [base, sql, mongodb] = [one.base, one.sql.state, one.mongodb.state].map((state) =>
    atomsOf(name, at(state, index)),
  ) as [ReadonlySet<string>, ReadonlySet<string>, ReadonlySet<string>];
  const all = [...sql, ...mongodb];
  return new Set(all.filter((piece) => !base.has(piece) || (sql.has(piece) && mongodb.has(piece))));
}

/** By the moment at which each side's user committed what stands there; the record's own word where no user wrote it. */
function laterSide(world: World, { sql, mongodb, key, entity }: ConflictRecord): Side {
  const timeOf = (side: Side, state: State, told: ConflictRecord['sql']['time']): number => {
    if (told === 'load') return Number.POSITIVE_INFINITY;
    // What came and went while a record was not loaded yet is no news.
    if (told === null && world.options.scenario.load) return Number.NEGATIVE_INFINITY;
    const written = world.sides[side].log.entries
      .filter(({ echo }) => echo === null)
      .flatMap(({ changes, committedAt }) => changes.map((change) => ({ change, committedAt })))
      .filter(({ change }) => change.key === key && change.entity === entity && sameState(change.after, state))
      // Between a chunk's marks one that changes nothing takes the place of the chunk's row.
      .filter(({ change }) => world.options.scenario.load || !sameState(change.before, state));
    // A record can be absent more than once: then any of these moments may be meant.
    const meant = written.find(({ committedAt }) => committedAt === told) ?? written.at(-1);
    return (meant?.committedAt ?? told ?? Number.NEGATIVE_INFINITY) - world.sides[side].skewMs;
  };
  const times = { sql: timeOf('sql', sql.state, sql.time), mongodb: timeOf('mongodb', mongodb.state, mongodb.time) };
  return times.mongodb > times.sql ? 'mongodb' : 'sql';
}

/** Null: neither has seen all that the other has. */
function laterByVector({ sql, mongodb }: ConflictRecord, index: number): Side | null {
  const [left, right] = [sql.state, mongodb.state].map((state) => {
    return JSON.parse(at(state, index) ?? '{}') as Partial<Record<Side, number>>;
  }) as [Partial<Record<Side, number>>, Partial<Record<Side, number>>];
  const ahead = (a: typeof left, b: typeof left): boolean =>
    (['sql', 'mongodb'] as const).some((side) => (a[side] ?? 0) > (b[side] ?? 0));
  if (ahead(left, right) === ahead(right, left)) return null;
  return ahead(left, right) ? 'sql' : 'mongodb';
}
