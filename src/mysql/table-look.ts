/** Which tables and columns there are in MariaDB, and where its log ends, for who reads that log through another program. */
import type { TableLook } from '../ports/sql-side.js';
import { type SeenTables, seenTables, watchTables } from '../sql/watch-tables.js';
import type { MysqlContext } from './context.js';
import { literal } from './names.js';

export async function lookAtTables(context: MysqlContext): Promise<TableLook> {
  return watchTables({
    asOf: await logEnd(context),
    entities: context.entities,
    read: () => readColumns(context),
  });
}

/** The connector tells of a table that is made anew. */
async function readColumns({ reads, entities }: MysqlContext): Promise<SeenTables> {
  const schemas = new Set([...entities.values()].map(({ schema }) => schema));
  if (schemas.size === 0) return new Map();
  const { rows } = await reads.query(
    `select table_schema, table_name, column_name, column_type, coalesce(collation_name, '') from information_schema.columns
      where table_schema in (${[...schemas].map(literal).join(', ')})`,
  );
  return seenTables(
    rows.map(([schema, table, column, type, collation]) => ({
      table: `${schema}.${table}`,
      column: column as string,
      type: `${type} ${collation}`,
      identity: null,
    })),
  );
}

const digits = { domain: 10, number: 20 };

/**
 * The last global transaction id of the binary log, `DOMAIN-SERVER-NUMBER`, as `mysql-dialect.ts` of Debezium's reading orders places: what
 * has this number or a lower one sorts before it. Empty where there is none (MySQL, an empty log): then no row counts as earlier.
 */
async function logEnd({ reads }: MysqlContext): Promise<string> {
  const { rows } = await reads.query("show global variables like 'gtid_binlog_pos'");
  const last = /^(\d+)-\d+-(\d+)$/.exec(rows[0]?.[1] ?? '');
  if (last === null) return '';
  const [, domain = '', number = ''] = last;
  return `${domain.padStart(digits.domain, '0')}:${number.padStart(digits.number, '0')};`;
}
