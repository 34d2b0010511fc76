/** The mapped tables' answers for `isthmus check`: engine, rights, what the log does not show. Changes nothing. */

import { isIsthmusError } from '../../base/errors.js';
import { type Finding, failed, ok, warning } from '../../base/finding.js';
import type { Entity } from '../../model/entity.js';
import type { MysqlContext } from '../context.js';
import { literal, quoted, quotedTable } from '../names.js';

export async function inspectTables(context: MysqlContext): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const entity of context.entities.values()) findings.push(...(await inspectTable(context, entity)));
  return findings;
}

async function inspectTable(context: MysqlContext, entity: Entity): Promise<Finding[]> {
  const { reads } = context;
  const id = `sql.table.${entity.name}`;
  const engine = await reads.query(
    `select engine from information_schema.tables where table_schema = ${literal(entity.schema)} and table_name = ${literal(entity.table)}`,
  );
  if (engine.rows.length === 0)
    return [failed(id, `there is no table ${entity.name}`, 'Mend its name under `entities`, or create it.')];
  const found: Finding[] = [];
  if (engine.rows[0]?.[0] !== 'InnoDB')
    found.push(
      failed(
        `${id}.engine`,
        `${entity.name} has no transactions (engine ${engine.rows[0]?.[0]})`,
        `alter table ${quotedTable(entity)} engine = InnoDB;`,
      ),
    );
  const right = await missingRight(context, entity);
  if (right !== null)
    found.push(
      failed(
        `${id}.rights`,
        `the user may not read and write ${entity.name}: ${right}`,
        `grant select, insert, update, delete on ${quotedTable(entity)} to the user;`,
      ),
    );
  found.push(...(await unreadableTypes(context, entity)), ...(await cascades(context, entity)));
  return found.length > 0 ? found : [ok(id, `${entity.name} can be read and written`)];
}

/** Statements that meet no row need the same rights as others; what grants say of roles and patterns need not be read. */
async function missingRight({ reads }: MysqlContext, entity: Entity): Promise<string | null> {
  const table = quotedTable(entity);
  const column = `\`${(entity.key[0]?.column ?? '').replaceAll('`', '``')}\``;
  try {
    await reads.query(`select 1 from ${table} where 1 = 0 for update`);
    await reads.query(`update ${table} set ${column} = ${column} where 1 = 0`);
    // `ignore`: columns without a default, of which no row would come.
    await reads.query(`insert ignore into ${table} (${column}) select ${column} from ${table} where 1 = 0`);
    await reads.query(`delete from ${table} where 1 = 0`);
    return null;
  } catch (error) {
    if (!isIsthmusError(error, 'permission_denied')) throw error;
    return error.message;
  }
}

/** The connector's parser knows these not, and gives up at the table's definition, whatever is mapped. */
async function unreadableTypes({ reads }: MysqlContext, entity: Entity): Promise<Finding[]> {
  const { rows } = await reads.query(
    `select column_name, data_type from information_schema.columns where table_schema = ${literal(entity.schema)}
      and table_name = ${literal(entity.table)} and data_type in ('inet4', 'inet6') order by ordinal_position`,
  );
  return rows.map(([column, type]) =>
    failed(
      `sql.table.${entity.name}.${column}.type`,
      `Debezium cannot read a table with a column of type ${type}: ${entity.name}.${column}`,
      `Store such addresses as varbinary or varchar: alter table ${quotedTable(entity)} modify ${quoted(column as string)} varchar(45);`,
    ),
  );
}

/** InnoDB carries these out by itself, and the binary log does not show what they did. */
async function cascades({ reads }: MysqlContext, entity: Entity): Promise<Finding[]> {
  const { rows } = await reads.query(
    `select constraint_name from information_schema.referential_constraints
      where constraint_schema = ${literal(entity.schema)} and table_name = ${literal(entity.table)}
        and (delete_rule in ('CASCADE', 'SET NULL') or update_rule in ('CASCADE', 'SET NULL')) order by 1`,
  );
  if (rows.length === 0) return [];
  const names = rows.map((row) => row[0]).join(', ');
  return [
    warning(
      `sql.table.${entity.name}.cascade`,
      `what ${names} does to ${entity.name} by a cascade stands in no log: MongoDB will not hear of it`,
      'Let the application, or a trigger, delete and change these rows; compare the table after cascades.',
    ),
  ];
}
