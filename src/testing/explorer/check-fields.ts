/**
 * No field write lost without a record, in records of several fields: each piece that a user put into a field or took out of
 * it is in the final state as he left it, or was undone by somebody who had seen it, or a conflict's record has it and tells
 * that it lost. Also that no merge made up or doubled a piece. Not told of `owner` and `vector`, whose values come back.
 */
import type { ConflictRecord } from '../../model/conflict.js';
import { parseRecordId, type RecordId, recordId, type State } from '../../model/record.js';
import { sides } from '../../model/side.js';
import type { UserWrite } from './history.js';
import { atomsOf, Torn, type WideName, wideNames } from './wide-fields.js';
import type { World } from './world.js';

export function checkFields(world: World, problems: string[]): void {
  if (!world.options.scenario.policies) return;
  const ids = new Set([...world.history.writes.map(({ id }) => id), ...world.conflicts.conflicts.map(recordId)]);
  for (const id of ids) {
    const found = checkRecord(world, id);
    problems.push(...found);
  }
}

/** All that was written to one field of a record, and all that conflicts about it kept. */
interface Field {
  readonly name: WideName;
  readonly writes: readonly { readonly write: UserWrite; readonly before: Atoms; readonly after: Atoms }[];
  readonly kept: readonly {
    readonly base: Atoms;
    readonly sql: Atoms;
    readonly mongodb: Atoms;
    readonly decision: Atoms | null;
  }[];
  /** What stood there before the sync. */
  readonly filled: readonly Atoms[];
}

type Atoms = ReadonlySet<string>;

function checkRecord({ history, people, conflicts, sides: both }: World, id: RecordId): string[] {
  const problems: string[] = [];
  const writes = [...history.writes, ...people.writes].filter((one) => one.id === id);
  const kept = conflicts.conflicts.filter((one) => recordId(one) === id);
  wideNames.forEach((name, index) => {
    const atoms = (state: State): Atoms => atomsOf(name, state?.[index] ?? null);
    try {
      if (name === 'hits' && kept.some((one) => isRecounted(one, atoms))) return;
      const field: Field = {
        name,
        writes: writes.map((write) => ({
          write,
          before: atoms(write.change.before),
          after: atoms(write.change.after),
        })),
        kept: kept.map((one) => ({
          base: atoms(one.base),
          sql: atoms(one.sql.state),
          mongodb: atoms(one.mongodb.state),
          decision: isDecided(one) ? atoms(one.decision) : null,
        })),
        filled: history.filled(id).map(atoms),
      };
      for (const side of sides) {
        const final = atoms(both[side].table.get(parseRecordId(id)));
        problems.push(...checkWritten(field, final), ...checkKnown(field, final));
      }
    } catch (error) {
      if (!(error instanceof Torn)) throw error;
      problems.push(error.message);
    }
  });
  return problems.map((problem) => `${parseRecordId(id).key}: ${problem}`);
}

/**
 * A side deleted the record, or cleared the counter, and began anew: what stands there since is a change of the ancestor's
 * value by so much, of which digits say nothing.
 */
function isRecounted(one: ConflictRecord, atoms: (state: State) => Atoms): boolean {
  const base = [...atoms(one.base)];
  return [one.sql.state, one.mongodb.state].some((state) => {
    const there = atoms(state);
    return base.some((atom) => !there.has(atom));
  });
}

/** What waited and closed by itself has no decision. */
function isDecided(one: ConflictRecord): boolean {
  return one.resolution !== 'pending';
}

function checkWritten({ name, writes, kept }: Field, final: Atoms): string[] {
  const problems: string[] = [];
  for (const { write, before, after } of writes) {
    for (const atom of after) {
      if (before.has(atom) || final.has(atom)) continue;
      const undone = writes.some((later) => later.before.has(atom) && !later.after.has(atom));
      const told = kept.some((one) => (one.sql.has(atom) || one.mongodb.has(atom)) && one.decision?.has(atom) !== true);
      if (!undone && !told) problems.push(`lost ${atom} of ${name}, written on ${write.side}`);
    }
    for (const atom of before) {
      if (after.has(atom) || !final.has(atom)) continue;
      const told = kept.some(
        (one) => !(one.sql.has(atom) && one.mongodb.has(atom)) && (one.decision === null || one.decision.has(atom)),
      );
      if (!told) problems.push(`${atom} of ${name} is back, which was removed on ${write.side}`);
    }
  }
  return problems;
}

/** Nothing is there that nobody wrote. */
function checkKnown({ name, writes, filled }: Field, final: Atoms): string[] {
  const known = new Set([...filled, ...writes.map(({ after }) => after)].flatMap((atoms) => [...atoms]));
  return [...final].filter((atom) => !known.has(atom)).map((atom) => `${atom} of ${name} was never written`);
}
