/** What `isthmus check` asks of Oracle: each answer with the statement that mends it. Changes nothing. */
import { isIsthmusError } from '../../base/errors.js';
import { type Finding, failed, ok, warning } from '../../base/finding.js';
import type { OracleContext } from '../context.js';
import { bound } from '../statement.js';
import { inspectTables } from './inspect-tables.js';

/** Users without authentication and names of 128 bytes came with 18c; 19c is the oldest that is maintained. */
const oldest = 19;

export async function inspect(context: OracleContext): Promise<readonly Finding[]> {
  return [
    ...(await inspectVersion(context)),
    ...(await inspectDatabase(context)),
    ...(await inspectSessions(context)),
    ...(await inspectTables(context)),
  ];
}

async function inspectVersion({ reads }: OracleContext): Promise<Finding[]> {
  const { connection } = await reads.client();
  const version = connection.oracleServerVersionString;
  const neverRun = warning(
    'sql.never_run',
    'Isthmus’ side for Oracle was never run against a real server by those who made it',
    'Try it on a copy first: `npm run test:oracle` in the source runs its contract against a server of yours.',
  );
  return Number.parseInt(version, 10) >= oldest
    ? [ok('sql.version', `Oracle ${version}`), neverRun]
    : [failed('sql.version', `Oracle ${version} is too old`, `Upgrade to Oracle ${oldest}c or later.`), neverRun];
}

/** The rows of a view that not every user may read; null: this one may not. */
async function ifReadable(
  { reads }: OracleContext,
  text: string,
): Promise<readonly (readonly (string | null)[])[] | null> {
  try {
    return (await reads.query(bound(text))).rows;
  } catch (error) {
    // What may not be read is said not to be there.
    if (!isIsthmusError(error, 'permission_denied') && !isIsthmusError(error, 'table_changed')) throw error;
    return null;
  }
}

async function inspectDatabase(context: OracleContext): Promise<Finding[]> {
  const rows = await ifReadable(context, 'select open_mode, log_mode, supplemental_log_data_min from v$database');
  if (rows === null)
    return [
      warning(
        'sql.database',
        'the user may not look at V$DATABASE, so archiving and supplemental logging are not checked',
        'grant select on v_$database to the user; or see that the database is in ARCHIVELOG mode, with minimal supplemental logging.',
      ),
    ];
  const [open, log, supplemental] = rows[0] ?? [];
  return [
    open === 'READ WRITE'
      ? ok('sql.primary', 'this database takes writes')
      : failed(
          'sql.primary',
          `this database is open as ${open}`,
          'Name the primary in sql.url: what is synced is also written.',
        ),
    log === 'ARCHIVELOG'
      ? ok('sql.archivelog', 'the log is archived')
      : failed(
          'sql.archivelog',
          `the database is in ${log} mode, so the log is overwritten before it was read`,
          'shutdown immediate; startup mount; alter database archivelog; alter database open;',
        ),
    supplemental === 'NO'
      ? failed('sql.supplemental', 'there is no supplemental logging', 'alter database add supplemental log data;')
      : ok('sql.supplemental', 'there is minimal supplemental logging'),
  ];
}

/** What becomes of a process that hangs in the middle of a transaction. */
async function inspectSessions(context: OracleContext): Promise<Finding[]> {
  const sessions = await ifReadable(context, 'select 1 from gv$session where 1 = 0');
  const right = await context.reads.query(bound("select 1 from session_privs where privilege = 'ALTER SYSTEM'"));
  const limit = await ifReadable(context, "select value from v$parameter where name = 'max_idle_blocker_time'");
  const ends =
    sessions !== null && right.rows.length > 0
      ? ok('sql.sessions', 'sessions of a process that hangs can be ended')
      : warning(
          'sql.sessions',
          'the user may not end its own sessions: if a process hangs in the middle of a write, its successor waits until the server ends it',
          'grant select on gv_$session to the user; grant alter system to it; or end such a session by hand: decision 37.',
        );
  if (limit?.[0]?.[0] !== '0') return [ends];
  return [
    ends,
    warning(
      'sql.idle_blockers',
      'the server does not end who blocks others and does nothing: a process that is stopped in the middle of a write stalls the users of its rows',
      'alter system set max_idle_blocker_time = 1;',
    ),
  ];
}
