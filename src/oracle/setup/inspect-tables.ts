/** The mapped tables' answers for `isthmus check`: rights, supplemental logging, names that the log has no room for. Changes nothing. */
import { isIsthmusError } from '../../base/errors.js';
import { type Finding, failed, ok } from '../../base/finding.js';
import type { Entity } from '../../model/entity.js';
import type { OracleContext } from '../context.js';
import { quoted, quotedTable } from '../names.js';
import { bound } from '../statement.js';
import { loggedText } from './desired.js';

export async function inspectTables({ reads, entities }: OracleContext): Promise<Finding[]> {
  const { rows } = await reads.query(bound(loggedText));
  const logged = new Set(rows.map(([schema, table]) => `${schema}.${table}`));
  const findings: Finding[] = [];
  for (const entity of entities.values()) findings.push(...(await inspectTable(reads, entity, logged)));
  return findings;
}

async function inspectTable(
  reads: OracleContext['reads'],
  entity: Entity,
  logged: ReadonlySet<string>,
): Promise<Finding[]> {
  const id = `sql.table.${entity.name}`;
  const found = [...longNames(entity)];
  const right = await missingRight(reads, entity);
  if (right !== null)
    found.push(
      failed(
        `${id}.rights`,
        `the user may not read and write ${entity.name}: ${right}`,
        `grant select, insert, update, delete on ${quotedTable(entity)} to the user;`,
      ),
    );
  if (!logged.has(entity.name))
    found.push(
      failed(
        `${id}.supplemental`,
        `changes of ${entity.name} are not logged with all of the state before`,
        `alter table ${quotedTable(entity)} add supplemental log data (all) columns;`,
      ),
    );
  return found.length > 0 ? found : [ok(id, `${entity.name} can be read and written, and is logged whole`)];
}

/** Statements that meet no row need the same rights as others; what is granted to roles need not be read. */
async function missingRight(reads: OracleContext['reads'], entity: Entity): Promise<string | null> {
  const table = quotedTable(entity);
  const column = quoted(entity.key[0]?.column ?? '');
  try {
    for (const text of [
      `update ${table} set ${column} = ${column} where 1 = 0`,
      `insert into ${table} (${column}) select ${column} from ${table} where 1 = 0`,
      `delete from ${table} where 1 = 0`,
    ])
      await reads.query(bound(text));
    return null;
  } catch (error) {
    if (!isIsthmusError(error, 'permission_denied') && !isIsthmusError(error, 'table_changed')) throw error;
    return error.message;
  }
}

/** LogMiner passes such tables over. */
const nameBytes = 30;

function longNames(entity: Entity): Finding[] {
  const names = [entity.schema, entity.table, ...[...entity.key, ...entity.fields].map(({ column }) => column)];
  return names
    .filter((name) => Buffer.byteLength(name) > nameBytes)
    .map((name) =>
      failed(
        `sql.table.${entity.name}.name`,
        `LogMiner does not read schemas, tables and columns with names of more than ${nameBytes} bytes: ${name}`,
        'Give it a shorter name, or leave the table out.',
      ),
    );
}
