/** What `isthmus check` asks of MariaDB: each answer with the statement that mends it. Changes nothing. */
import { type Finding, failed, ok, warning } from '../../base/finding.js';
import type { MysqlContext } from '../context.js';
import { type Server, serverOf } from '../session.js';
import { inspectTables } from './inspect-tables.js';

/** `json_table` came with these. */
const oldest = { mariadb: '10.6', mysql: '8.0.17' } as const;

export async function inspect(context: MysqlContext): Promise<readonly Finding[]> {
  return [...(await inspectServer(context)), ...(await inspectTables(context))];
}

async function inspectServer({ reads }: MysqlContext): Promise<Finding[]> {
  const { rows } = await reads.query(
    'select version(), @@global.log_bin, @@global.binlog_format, @@global.binlog_row_image, @@global.read_only, @@global.max_allowed_packet',
  );
  const [version, logged, format, image, readOnly, packet] = rows[0] as readonly string[];
  const server = serverOf(version as string);
  return [
    versionFinding(server),
    readOnly === '0' || readOnly === 'OFF'
      ? ok('sql.primary', 'this server takes writes')
      : failed(
          'sql.primary',
          'this server is read-only',
          'Name the primary in sql.url: what is synced is also written.',
        ),
    logged === '1'
      ? ok('sql.binlog', 'the binary log is on')
      : failed(
          'sql.binlog',
          'there is no binary log',
          'Set log_bin and server_id in the server’s file and restart it.',
        ),
    format === 'ROW'
      ? ok('sql.binlog_format', 'binlog_format is ROW')
      : failed('sql.binlog_format', `binlog_format is ${format}`, "set global binlog_format = 'ROW';"),
    image === 'FULL'
      ? ok('sql.binlog_row_image', 'rows are logged whole, before and after a change')
      : failed('sql.binlog_row_image', `binlog_row_image is ${image}`, "set global binlog_row_image = 'FULL';"),
    ok('sql.packet', `a row may have ${Math.round(Number(packet) / 1024 ** 2)} MB (max_allowed_packet)`),
    ...(await (server.mariadb ? inspectDomains(reads) : inspectCommitOrder(reads))),
  ];
}

function versionFinding(server: Server): Finding {
  const name = server.mariadb ? 'MariaDB' : 'MySQL';
  const least = server.mariadb ? oldest.mariadb : oldest.mysql;
  if (!isAtLeast(server.version, least))
    return failed('sql.version', `${name} ${server.version} is too old`, `Upgrade to ${name} ${least} or later.`);
  if (server.mariadb) return ok('sql.version', `${name} ${server.version}`);
  return warning(
    'sql.version',
    `MySQL ${server.version}`,
    'Isthmus is tested with MariaDB only: try it on a copy first.',
  );
}

function isAtLeast(version: string, least: string): boolean {
  const numbers = (text: string): number[] => (/^\d+(\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number);
  const own = numbers(version);
  for (const [index, number] of numbers(least).entries()) {
    const difference = (own[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Transactions are in order by their number, and each domain counts for itself. */
async function inspectDomains(reads: MysqlContext['reads']): Promise<Finding[]> {
  const { rows } = await reads.query('select @@global.gtid_binlog_pos');
  const domains = new Set((rows[0]?.[0] ?? '').split(',').map((gtid) => gtid.split('-')[0]));
  return [
    domains.size <= 1
      ? ok('sql.gtid_domains', 'transactions of one GTID domain are in the log')
      : failed(
          'sql.gtid_domains',
          `the log has transactions of ${domains.size} GTID domains, which have no order among each other`,
          'Write under one gtid_domain_id; domains that are no longer in use go with: flush binary logs delete_domain_id = (N);',
        ),
  ];
}

/** What is read after a mark relies on it; MariaDB has no other way. */
async function inspectCommitOrder(reads: MysqlContext['reads']): Promise<Finding[]> {
  const { rows } = await reads.query('select @@global.binlog_order_commits');
  return [
    rows[0]?.[0] === '1'
      ? ok('sql.commit_order', 'transactions can be read in the order of the log')
      : failed('sql.commit_order', 'binlog_order_commits is off', 'set global binlog_order_commits = on;'),
  ];
}
