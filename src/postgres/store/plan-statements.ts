/** All statements of a plan between reading and COMMIT. Must not know how they are sent. */
import type { Plan } from '../../ports/side-store.js';
import { deviatingWrites } from '../../sql/deviating-writes.js';
import type { PostgresContext } from '../context.js';
import type { Statement } from '../session.js';
import type { EntitySql } from './entity-sql.js';
import { dropStatement, holdStatement } from './held-rows.js';
import { type LaneOwner, noteWrote, saveProgress } from './progress-statements.js';
import { textArray } from './text-array.js';
import { type WriteStatements, writeStatements } from './write-statements.js';

export interface PlanInput {
  readonly context: PostgresContext;
  readonly entities: ReadonlyMap<string, EntitySql>;
  readonly owner: LaneOwner;
  readonly plan: Plan;
  readonly ordered: boolean;
}

export function planStatements({ context, entities, owner, plan, ordered }: PlanInput): WriteStatements {
  const writes = writeStatements(entities, plan.writes, ordered);
  if (writes.kind === 'refused') return writes;
  const statements: Statement[] = [];
  const wrote = deviatingWrites(context.entities, plan);
  if (wrote.size > 0) statements.push(noteWrote(owner, wrote));
  if (plan.save !== undefined) statements.push(saveProgress(owner, plan.save));
  statements.push(...writes.statements);
  if (plan.drop.length > 0) statements.push(dropStatement(context.name, plan.drop));
  if (plan.hold.length > 0) statements.push(holdStatement(context.name, context.entities, plan.hold));
  if (plan.settlements.length > 0)
    statements.push(
      settle(
        context.name,
        plan.settlements.map((settlement) => settlement.id),
      ),
    );
  return { kind: 'statements', statements };
}

function settle(name: string, ids: readonly string[]): Statement {
  return {
    name: 'isthmus_settle',
    text: 'insert into isthmus.settlements (name, id, at) select $1, id, now() from unnest($2::text[]) as w(id) on conflict do nothing',
    values: [name, textArray(ids)],
  };
}
