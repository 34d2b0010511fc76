/** Which tables and columns there are in Oracle, and where its log ends, for who reads that log through another program. */
import type { TableLook } from '../ports/sql-side.js';
import { type SeenTables, seenTables, watchTables } from '../sql/watch-tables.js';
import type { OracleContext } from './context.js';
import { bound } from './statement.js';
import { barrierScn, passBarrier } from './store/barrier.js';
import { placeholders } from './store/in-lists.js';

export async function lookAtTables(context: OracleContext): Promise<TableLook> {
  return watchTables({
    asOf: await logEnd(context),
    entities: context.entities,
    read: () => readColumns(context),
  });
}

/** As `oracle-dialect.ts` of Debezium's reading orders places: what has a lower SCN sorts before it. */
async function logEnd(context: OracleContext): Promise<string> {
  await passBarrier(context);
  return (await barrierScn(context)).padStart(20, '0');
}

/** A table that was made anew has another number. */
export const seenText = (schemas: string): string => `
  select c.owner, c.table_name, c.column_name, o.object_id,
    c.data_type || '(' || c.data_length || ',' || c.data_precision || ',' || c.data_scale || ',' || c.char_used || ')'
  from all_tab_columns c join all_objects o on o.owner = c.owner and o.object_name = c.table_name and o.object_type = 'TABLE'
  where c.owner in (${schemas})`;

async function readColumns({ reads, entities }: OracleContext): Promise<SeenTables> {
  const schemas = [...new Set([...entities.values()].map(({ schema }) => schema))];
  if (schemas.length === 0) return new Map();
  const { rows } = await reads.query(
    bound(
      seenText(placeholders(1, schemas.length)),
      schemas.map((schema) => ['text', schema]),
    ),
  );
  return seenTables(
    rows.map(([schema, table, column, identity, type]) => ({
      table: `${schema}.${table}`,
      column: column as string,
      type: type as string,
      identity: identity as string,
    })),
  );
}
