/** The mapped tables' answers for `isthmus check`: rights, before-images, keys. Changes nothing. */
import { type Finding, failed, ok, warning } from '../../base/finding.js';
import type { PostgresContext } from '../context.js';
import { quotedTable } from '../names.js';
import { tableArrays } from './desired.js';

interface TableFacts {
  readonly name: string;
  readonly oid: string | null;
  readonly rights: boolean;
  readonly owner: boolean;
  readonly allFull: boolean;
  readonly deferrableKey: boolean;
  readonly rowSecurity: boolean;
  readonly role: string;
}

export async function inspectTables(context: PostgresContext): Promise<Finding[]> {
  const result = await context.reads.query({
    text: `select wanted.schema || '.' || wanted.name, c.oid, has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
        and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete') and has_schema_privilege(n.oid, 'usage'),
      pg_has_role(c.relowner, 'usage'),
      not exists (select 1 from pg_class p where p.oid in (select c.oid union select relid from pg_partition_tree(c.oid)) and p.relreplident <> 'f'),
      exists (select 1 from pg_constraint k where k.conrelid = c.oid and k.contype = 'p' and k.condeferrable),
      c.relrowsecurity and not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user), current_user
      from unnest($1::text[], $2::text[]) as wanted(schema, name)
      left join pg_namespace n on n.nspname = wanted.schema left join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name order by 1`,
    values: tableArrays(context),
  });
  return result.rows.flatMap((row) => {
    const [name, oid, rights, owner, allFull, deferrableKey, rowSecurity, role] = row;
    return findings(context, {
      name: name as string,
      oid: oid ?? null,
      rights: rights === 't',
      owner: owner === 't',
      allFull: allFull === 't',
      deferrableKey: deferrableKey === 't',
      rowSecurity: rowSecurity === 't',
      role: role as string,
    });
  });
}

function findings(context: PostgresContext, facts: TableFacts): Finding[] {
  const entity = context.entities.get(facts.name);
  const table = entity === undefined ? facts.name : quotedTable(entity);
  const id = `sql.table.${facts.name}`;
  if (facts.oid === null)
    return [failed(id, `there is no table ${facts.name}`, 'Mend its name under `entities`, or create it.')];
  const found: Finding[] = [];
  if (!facts.rights)
    found.push(
      failed(
        `${id}.rights`,
        `the role may not read and write ${facts.name}`,
        `grant select, insert, update, delete on ${table} to "${facts.role}";`,
      ),
    );
  if (!facts.allFull)
    found.push(
      facts.owner
        ? warning(
            `${id}.identity`,
            `${facts.name} is not logged with its rows before a change`,
            `alter table ${table} replica identity full; (\`isthmus prepare\` does it)`,
          )
        : failed(
            `${id}.identity`,
            `${facts.name} is not logged with its rows before a change and belongs to another role`,
            `Let its owner run: alter table ${table} replica identity full;`,
          ),
    );
  if (facts.deferrableKey)
    found.push(
      failed(
        `${id}.key`,
        `the primary key of ${facts.name} is deferrable, which inserts cannot name`,
        'Make the primary key again without DEFERRABLE.',
      ),
    );
  if (facts.rowSecurity)
    found.push(
      warning(
        `${id}.row_security`,
        `row-level security of ${facts.name} holds for the role`,
        `Rows that it hides are not seen: alter role "${facts.role}" bypassrls;`,
      ),
    );
  return found.length > 0 ? found : [ok(id, `${facts.name} can be read and written, with its rows before a change`)];
}
