/** What must hold at rest: invariants 1 to 4 of the protocol. Answers what does not, in words. */

import type { ConflictRecord } from '../../model/conflict.js';
import { parseRecordId, type RecordId, recordId, sameState } from '../../model/record.js';
import { checkDecisions } from './check-decisions.js';
import { checkFields } from './check-fields.js';
import { checkLetters, isGivenUp, statesGivenUp } from './check-letters.js';
import { checkPeople } from './check-people.js';
import { tokenOf, type UserWrite } from './history.js';
import type { Scenario } from './scenario.js';
import type { World } from './world.js';

export function checkAtRest(world: World): string[] {
  const problems: string[] = [];
  const { astray } = world.options.scenario;
  for (const id of astray ? [] : world.operators.noticed)
    problems.push(`${id} was taken for a write where nobody may, though its side led`);
  // What users wrote where they should not is found by a comparison, not by the links.
  const waiting = new Set([...world.conflicts.waiting(), ...world.operators.noticed]);
  checkEqual(world, waiting, problems);
  checkNothingLeft(world, waiting, problems);
  checkWrites(world, problems);
  checkConflicts(world, problems);
  checkDecisions(world, problems);
  checkFields(world, problems);
  checkPeople(world, problems);
  checkLetters(world, problems);
  problems.push(...world.comparer.check(), ...world.tableWork.check());
  // A decision that a unique index refuses stands on one side, and another one follows.
  const { unique, letters } = world.options.scenario;
  const again = unique || letters ? world.people.writes.length : 0;
  const most = world.history.writes.length + world.filled + world.deviations + again + world.comparer.writesMost;
  if (world.ours > most + (world.tableWork.widened ? 2 * world.refs.length : 0))
    problems.push(
      `${world.ours} writes of ours for ${world.history.writes.length} of users and ${world.filled} loaded records`,
    );
  return problems;
}

function checkEqual(world: World, waiting: ReadonlySet<RecordId>, problems: string[]): void {
  const { scenario } = world.options;
  for (const ref of world.refs) {
    const sql = world.sides.sql.table.get(ref);
    const mongodb = world.sides.mongodb.table.get(ref);
    if (sameState(sql, mongodb) || waiting.has(recordId(ref)) || isGivenUp(world, ref, { sql, mongodb })) continue;
    // What only the other side had before a load is left alone.
    const [from, other] = world.loadFrom === 'sql' ? [sql, mongodb] : [mongodb, sql];
    if (scenario.overlap && from === null && world.history.isFirst(tokenOf(other))) continue;
    problems.push(`diverged ${ref.key}: sql ${JSON.stringify(sql)}, mongodb ${JSON.stringify(mongodb)}`);
  }
}

function checkNothingLeft(world: World, waiting: ReadonlySet<RecordId>, problems: string[]): void {
  for (const side of [world.sides.sql, world.sides.mongodb]) {
    for (const [id, row] of side.held) {
      if (!waiting.has(id))
        problems.push(`still held on ${side.side}: ${row.key} ${JSON.stringify([row.base, row.tip])}`);
    }
    if (side.transactions.size > 0) problems.push(`a transaction is open on ${side.side}`);
  }
  for (const load of world.conflicts.loads.values())
    if (load.state !== 'done') problems.push(`the load of ${load.entity} is not done`);
  for (const one of world.conflicts.conflicts) {
    if (one.state === 'propagating') problems.push(`conflict ${one.id} of ${one.key} is still propagating`);
    if (one.state === 'pending' && sameState(...statesOf(world, one)))
      problems.push(`conflict ${one.id} of ${one.key} waits though both sides are equal`);
  }
}

function statesOf(
  world: World,
  one: ConflictRecord,
): [ReturnType<World['sides']['sql']['table']['get']>, ReturnType<World['sides']['sql']['table']['get']>] {
  return [world.sides.sql.table.get(one), world.sides.mongodb.table.get(one)];
}

function checkWrites(world: World, problems: string[]): void {
  const { history, conflicts, people } = world;
  const writes = [...history.writes, ...people.writes];
  for (const [index, write] of writes.entries()) {
    const final = tokenOf(world.sides[write.side].table.get(parseRecordId(write.id)));
    const disputed = conflicts.conflicts.filter((one) => recordId(one) === write.id);
    if (write.after === null) {
      if (tellsDeletes(world.options.scenario) && lostDelete(world, { write, index, final }))
        problems.push(`lost delete of ${write.before} on ${write.side}, final ${final}`);
      continue;
    }
    const token = write.after;
    if (history.descends(token, final)) continue;
    if (writes.some((other) => other !== write && other.id === write.id && other.before === token)) continue;
    if (
      disputed.some(
        (one) => history.descends(token, tokenOf(one.sql.state)) || history.descends(token, tokenOf(one.mongodb.state)),
      )
    )
      continue;
    if (statesGivenUp(world, parseRecordId(write.id)).some((state) => history.descends(token, tokenOf(state))))
      continue;
    problems.push(`lost ${token} of ${write.side}, final ${final}`);
  }
}

/** Not where values come back. */
function tellsDeletes(scenario: Scenario): boolean {
  return scenario.aba !== true;
}

/** A deleted value is back, or what was made of it, and no conflict and no later insert tells why. */
function lostDelete(
  world: World,
  of: { readonly write: UserWrite; readonly index: number; readonly final: string | null },
): boolean {
  const { write, index, final } = of;
  const { history, conflicts } = world;
  if (write.byItself || write.before === null || !history.descends(write.before, final)) return false;
  if (
    history.writes
      .slice(index + 1)
      .some((later) => later.id === write.id && later.side === write.side && later.before === null)
  )
    return false;
  return !conflicts.conflicts.some(
    (one) => recordId(one) === write.id && (one.sql.state === null || one.mongodb.state === null),
  );
}

/** One conflict of the new column alone. */
function bothSetColumn({ sql, mongodb }: ConflictRecord): boolean {
  const [left, right] = [sql.state?.[1] ?? null, mongodb.state?.[1] ?? null];
  return left !== null && right !== null && left !== right;
}

function checkConflicts(world: World, problems: string[]): void {
  const { scenario } = world.options;
  const found = world.conflicts.conflicts;
  // Who writes where the other side alone leads is overruled, with a record.
  if (scenario.disjoint && !scenario.turns && found.length > 0)
    problems.push(`${found.length} conflicts though no record was written on both sides`);
  // What was given up counts as in step, whatever stands there: a later change meets it as its ancestor.
  if (scenario.aba || scenario.unique || scenario.deviate || scenario.letters) return;
  const collisions = new Set<string>();
  for (const one of found) {
    const collision = JSON.stringify([one.key, one.base, one.sql.state, one.mongodb.state]);
    if (collisions.has(collision)) problems.push(`one collision of ${one.key} has two records: ${collision}`);
    collisions.add(collision);
  }
  // A person or a module may decide for what was before.
  const returned = found
    .filter((one) => one.resolution !== 'pending' && sameState(one.decision, one.base))
    .map(({ decision }) => tokenOf(decision));
  for (const one of found) {
    const sql = tokenOf(one.sql.state);
    const mongodb = tokenOf(one.mongodb.state);
    if (sql === null || mongodb === null || returned.includes(sql) || returned.includes(mongodb)) continue;
    // What was overwritten before the log begins stands in no log.
    // Who changes what nobody told the other side of has seen less than it seems.
    if (world.operators.noticed.has(recordId(one))) continue;
    if ((scenario.columns || scenario.fills) && bothSetColumn(one)) continue;
    if (scenario.overlap && (world.history.isFirst(sql) || world.history.isFirst(mongodb))) continue;
    if (world.history.descends(sql, mongodb) || world.history.descends(mongodb, sql)) {
      problems.push(`invented conflict of ${one.key}: sql ${sql}, mongodb ${mongodb}, base ${tokenOf(one.base)}`);
    }
  }
}
