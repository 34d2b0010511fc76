/**
 * What a reader of another program's account of the log has to learn of the catalog: that account says nothing of a column whose
 * type changed under it. Must not know that account.
 */
import type { TableLook } from '../ports/sql-side.js';
import { changedColumn } from '../sql/changed-column.js';
import type { MysqlContext } from './context.js';
import { literal } from './names.js';

export async function lookAtTables(context: MysqlContext): Promise<TableLook> {
  const asOf = await logEnd(context);
  const known = await readColumns(context);
  return {
    asOf,
    changed: async () => {
      const now = await readColumns(context);
      const found = new Map<string, string>();
      for (const entity of context.entities.values()) {
        const columns = [...entity.key, ...entity.fields].map(({ column }) => column);
        const reason = whyNot(entity.name, { before: known.get(entity.name), now: now.get(entity.name), columns });
        if (reason !== null) found.set(entity.name, reason);
      }
      return found;
    },
  };
}

type Columns = ReadonlyMap<string, string>;

interface Seen {
  readonly before: Columns | undefined;
  readonly now: Columns | undefined;
  readonly columns: readonly string[];
}

function whyNot(name: string, { before, now, columns }: Seen): string | null {
  if (now === undefined) return `table ${name} was dropped or renamed`;
  return changedColumn(name, columns, { before, now });
}

/** By table: each column's type as the server writes it. */
async function readColumns({ reads, entities }: MysqlContext): Promise<ReadonlyMap<string, Columns>> {
  const schemas = new Set([...entities.values()].map(({ schema }) => schema));
  if (schemas.size === 0) return new Map();
  const { rows } = await reads.query(
    `select table_schema, table_name, column_name, column_type, coalesce(collation_name, '') from information_schema.columns
      where table_schema in (${[...schemas].map(literal).join(', ')})`,
  );
  const tables = new Map<string, Map<string, string>>();
  for (const [schema, table, column, type, collation] of rows) {
    const name = `${schema}.${table}`;
    const columns = tables.get(name) ?? new Map<string, string>();
    columns.set(column as string, `${type} ${collation}`);
    tables.set(name, columns);
  }
  return tables;
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
