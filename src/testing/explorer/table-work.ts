/**
 * Operators at work on the table while all is moving: they load it again, from either side, and they give it a column whose
 * default fills it without a word in the log (rule 10). Must not know how the engine takes it.
 */
import type { Entity, Field } from '../../model/entity.js';
import { type RecordRef, recordId } from '../../model/record.js';
import { type Side, sides } from '../../model/side.js';
import type { MemoryConflicts } from '../memory/memory-conflicts.js';
import type { MemorySide } from '../memory/memory-side.js';
import type { Random } from '../random.js';
import type { History } from './history.js';
import type { Process } from './process.js';
import type { Scenario } from './scenario.js';

const text = { kind: 'text', sql: 'text' } as const;

const column = (name: string): Field => ({ column: name, field: name, type: text, nullable: true, hasDefault: false });

/** The second column is there from `Table.widened` on; states have a place for it before. */
const narrowFields = [column('v')];
export const gradedFields = [...narrowFields, column('grade')];
const gradeAt = 1;
export const gradeDefault = 'default';
const addedFields = [...narrowFields, { ...column('grade'), addedWith: gradeDefault }];

export interface TableWorkParts {
  readonly random: Random;
  readonly history: History;
  readonly conflicts: MemoryConflicts;
  readonly refs: readonly RecordRef[];
  readonly sides: Readonly<Record<Side, MemorySide>>;
  readonly scenario: Scenario;
  readonly entity: Entity;
  /** What processes map that start from now on. */
  readonly map: (entity: Entity) => void;
  readonly say: (line: string) => void;
}

export class TableWork {
  /** Whether SQL's table has its new column. */
  widened = false;

  constructor(private readonly parts: TableWorkParts) {
    if (parts.scenario.columns) parts.map({ ...parts.entity, fields: narrowFields });
    else if (parts.scenario.fills) parts.sides.sql.table.setDefault(gradeAt, gradeDefault);
  }

  reload(process: Process | undefined, probability: number): void {
    const { random, say, entity } = this.parts;
    if (!process?.running || !process.started || !random.chance(probability)) return;
    const from = random.pick(sides);
    say(`${process.actor.name} is told to load from ${from}`);
    void process.engine.load(entity.name, from).catch(() => {});
  }

  /** Once, while nobody has the table open. The process is killed, since it maps the schema when it starts. */
  widen(process: Process | undefined, { probability, openUsers }: { probability: number; openUsers: number }): void {
    const { random, sides: both, entity, map, say, scenario } = this.parts;
    const { sql } = both;
    if (this.widened || !process?.started || openUsers > 0 || !random.chance(probability)) return;
    if (sql.transactions.size > 0 || !sql.table.isUnlocked) return;
    process.kill();
    sql.table.fillColumn(gradeAt, gradeDefault);
    this.widened = true;
    const { fills = false } = scenario;
    if (fills) sql.table.setDefault(gradeAt, gradeDefault);
    map({ ...entity, fields: addedFields, mayDeviate: fills });
    say('sql has a new column');
  }

  /** What stands in the new column must not get lost to somebody who never had it. */
  check(): string[] {
    const { history, refs, conflicts, sides: both } = this.parts;
    if (!this.widened) return [];
    return refs.flatMap((ref) => {
      const state = both.sql.table.get(ref);
      if (state === null || state[gradeAt] !== null) return [];
      const own = history.writes.filter(({ id }) => id === recordId(ref));
      const anew = own.some(({ side, before, after }) => after === null || (side === 'mongodb' && before === null));
      // A person may want what was before the column.
      const decided = conflicts.conflicts.some((one) => recordId(one) === recordId(ref) && one.resolvedBy !== 'policy');
      return anew || decided ? [] : [`the new column of ${ref.key} is empty: ${JSON.stringify(state)}`];
    });
  }
}
