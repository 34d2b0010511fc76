/** All statements of a plan between reading and COMMIT. Must not know how they are sent. */
import type { CommitRequest, Plan } from '../../ports/side-store.js';
import type { BuiltStatements, CountedStatement } from '../../sql/commit-run.js';
import { deviatingWrites } from '../../sql/deviating-writes.js';
import type { OracleContext } from '../context.js';
import { forEach, type Statement } from '../statement.js';
import type { EntitySql } from './entity-sql.js';
import { dropStatements, holdStatements } from './held-rows.js';
import { type LaneOwner, noteWrote, saveProgress } from './progress-statements.js';
import { writeStatements } from './write-statements.js';

export interface PlanInput {
  readonly context: Pick<OracleContext, 'entities' | 'name'>;
  readonly entities: ReadonlyMap<string, EntitySql>;
  readonly owner: LaneOwner;
  readonly request: Pick<CommitRequest, 'save'>;
  readonly plan: Plan;
  readonly ordered: boolean;
}

export function planStatements(input: PlanInput): BuiltStatements<Statement> {
  const { context, entities, owner, request, plan, ordered } = input;
  const { name } = context;
  const writes = writeStatements(entities, plan.writes, ordered);
  if (writes.kind === 'refused') return writes;
  const wrote = deviatingWrites(context.entities, plan);
  const save = plan.save ?? request.save;
  const before = [
    ...(wrote.size > 0 ? noteWrote(owner, wrote) : []),
    ...(save === undefined ? [] : [saveProgress(owner, save)]),
  ];
  const after = [
    ...dropStatements(name, plan.drop),
    ...holdStatements(name, context.entities, plan.hold),
    ...settleStatements(
      name,
      plan.settlements.map(({ id }) => id),
    ),
  ];
  return { kind: 'statements', statements: [...before.map(any), ...writes.statements, ...after.map(any)] };
}

function any(statement: Statement): CountedStatement<Statement> {
  return { statement, meets: null };
}

function settleStatements(name: string, ids: readonly string[]): readonly Statement[] {
  return forEach(
    `insert into isthmus.settlements (name, id, at) select :1, :2, sys_extract_utc(systimestamp) from dual
      where not exists (select 1 from isthmus.settlements where name = :3 and id = :4)`,
    ['text', 'text', 'text', 'text'],
    ids.map((id) => [name, id, name, id]),
  );
}
