/** All statements of a plan between reading and COMMIT. Must not know how they are sent. */
import type { Plan, TargetRefusal } from '../../ports/side-store.js';
import type { BuiltStatements, CountedStatement } from '../../sql/commit-run.js';
import { deviatingWrites } from '../../sql/deviating-writes.js';
import type { MysqlContext } from '../context.js';
import { literal } from '../names.js';
import { type EntitySql, textType } from './entity-sql.js';
import { givenRows, RowTooLarge, spareBytes } from './given-rows.js';
import { dropStatements, holdStatements } from './held-rows.js';
import { type LaneOwner, noteWrote, saveProgress } from './progress-statements.js';
import { writeStatements } from './write-statements.js';

export interface PlanInput {
  readonly context: MysqlContext;
  readonly entities: ReadonlyMap<string, EntitySql>;
  readonly owner: LaneOwner;
  readonly plan: Plan;
  readonly ordered: boolean;
}

export function planStatements(input: PlanInput): BuiltStatements<string> {
  try {
    return ofPlan(input);
  } catch (error) {
    if (error instanceof RowTooLarge) return { kind: 'refused', refusal: tooLarge };
    throw error;
  }
}

export const tooLarge: TargetRefusal = {
  code: 'too_large',
  reason: 'a row is larger than a statement may be (max_allowed_packet)',
};

function ofPlan({ context, entities, owner, plan, ordered }: PlanInput): BuiltStatements<string> {
  const { name, packetBytes } = context;
  const writes = writeStatements(entities, plan.writes, { ordered, packetBytes });
  if (writes.kind === 'refused') return writes;
  const before: string[] = [];
  const wrote = deviatingWrites(context.entities, plan);
  if (wrote.size > 0) before.push(within(packetBytes, noteWrote(owner, wrote)));
  if (plan.save !== undefined) before.push(saveProgress(owner, plan.save));
  const after = [
    ...dropStatements(name, plan.drop, packetBytes),
    ...holdStatements(name, context.entities, plan.hold, packetBytes),
    ...settleStatements(
      name,
      plan.settlements.map(({ id }) => id),
      packetBytes,
    ),
  ];
  return { kind: 'statements', statements: [...before.map(any), ...writes.statements, ...after.map(any)] };
}

function any(statement: string): CountedStatement<string> {
  return { statement, meets: null };
}

/** It is one text, of all that the batch writes; a refused batch is halved until it fits. */
function within(packetBytes: number, statement: string): string {
  if (Buffer.byteLength(statement) > packetBytes - spareBytes) throw new RowTooLarge();
  return statement;
}

function settleStatements(name: string, ids: readonly string[], packetBytes: number): readonly string[] {
  const rows = givenRows(
    [{ name: 'v0', type: textType }],
    ids.map((id) => [id]),
    packetBytes,
  );
  return rows.map(
    ({ source }) =>
      `insert ignore into isthmus.settlements (name, id, at) select ${literal(name)}, w.v0, utc_timestamp() from ${source}`,
  );
}
