/** What `isthmus check` asks of PostgreSQL: each answer with the statement that mends it. Changes nothing. */
import { type Finding, failed, ok, warning } from '../../base/finding.js';
import type { PostgresContext } from '../context.js';
import { inspectDebeziumSlot } from './inspect-debezium-slot.js';
import { inspectSlot } from './inspect-slot.js';
import { inspectTables } from './inspect-tables.js';

const oldestVersion = 150_000;

export async function inspect(context: PostgresContext): Promise<readonly Finding[]> {
  const slot = context.logReader === 'debezium' ? inspectDebeziumSlot : inspectSlot;
  return [...(await inspectServer(context)), ...(await inspectTables(context)), ...(await slot(context))];
}

async function inspectServer({ reads }: PostgresContext): Promise<Finding[]> {
  const result = await reads.query({
    text: `select current_setting('server_version_num'), current_setting('server_version'), current_setting('wal_level'),
      current_setting('server_encoding'), pg_is_in_recovery(), current_user, r.rolsuper or r.rolreplication, r.rolsuper,
      has_database_privilege(current_database(), 'create'), current_database()
      from pg_roles r where r.rolname = current_user`,
  });
  const [number, version, walLevel, encoding, standby, role, replication, superuser, create, database] = result
    .rows[0] as string[];
  return [
    Number(number) >= oldestVersion
      ? ok('sql.version', `PostgreSQL ${version}`)
      : failed('sql.version', `PostgreSQL ${version} is too old`, 'Upgrade to PostgreSQL 15 or later.'),
    standby === 't'
      ? failed(
          'sql.primary',
          'this server is a standby',
          'Name the primary in sql.url: what is synced is also written.',
        )
      : ok('sql.primary', 'this server is the primary'),
    walLevel === 'logical'
      ? ok('sql.wal_level', 'wal_level is logical')
      : failed(
          'sql.wal_level',
          `wal_level is ${walLevel}`,
          'alter system set wal_level = logical; and restart the server.',
        ),
    encoding === 'UTF8'
      ? ok('sql.encoding', 'the database is in UTF8')
      : failed(
          'sql.encoding',
          `the database is in ${encoding}`,
          'Only databases in UTF8 can be synced without loss: dump it and restore it into one.',
        ),
    replication === 't'
      ? ok('sql.replication', `role ${role} may replicate`)
      : failed(
          'sql.replication',
          `role ${role} may not replicate`,
          `alter role "${role}" replication; (on a managed server: grant its replication role)`,
        ),
    ...(await inspectMetadataRight(reads, {
      create: create === 't',
      role: role as string,
      database: database as string,
    })),
    await inspectTriggerRight(reads, { superuser: superuser === 't', role: role as string, version: Number(number) }),
  ];
}

interface RoleFacts {
  readonly role: string;
}

async function inspectMetadataRight(
  reads: PostgresContext['reads'],
  facts: RoleFacts & { create: boolean; database: string },
): Promise<Finding[]> {
  const result = await reads.query({
    text: `select has_schema_privilege(n.oid, 'usage') and coalesce(has_table_privilege(to_regclass('isthmus.progress'), 'select, insert, update'), true)
      from pg_namespace n where n.nspname = 'isthmus'`,
  });
  const right = result.rows[0]?.[0];
  if (right === 't') return [ok('sql.metadata', 'schema isthmus can be used')];
  if (right === 'f')
    return [
      failed(
        'sql.metadata',
        'schema isthmus belongs to another role',
        `grant usage on schema isthmus to "${facts.role}"; grant all on all tables in schema isthmus to "${facts.role}";`,
      ),
    ];
  if (facts.create) return [ok('sql.metadata', 'schema isthmus can be made')];
  return [
    failed(
      'sql.metadata',
      'schema isthmus is missing and the role may not make it',
      `grant create on database "${facts.database}" to "${facts.role}";`,
    ),
  ];
}

async function inspectTriggerRight(
  reads: PostgresContext['reads'],
  facts: RoleFacts & { superuser: boolean; version: number },
): Promise<Finding> {
  const granted = await reads.query({
    text: "select has_parameter_privilege(current_user, 'session_replication_role', 'set')",
  });
  if (facts.superuser || granted.rows[0]?.[0] === 't')
    return ok('sql.triggers', 'triggers and foreign keys are not run for what the sync writes');
  return warning(
    'sql.triggers',
    'triggers and foreign keys run for what the sync writes',
    `If they only repeat what MongoDB already holds: grant set on parameter session_replication_role to "${facts.role}";`,
  );
}
