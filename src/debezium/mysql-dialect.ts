/**
 * Debezium's connectors for MySQL and MariaDB: the binary log is in order as it stands, so a place in it is file, position and row.
 * With several servers behind one name (GTIDs, a failover) files begin anew: then the connector's own order is to be trusted only up to there.
 */
import type { Dialect, SourcePlace } from './dialect.js';
import { invalid } from './invalid.js';
import type { JsonObject } from './read-json.js';

const digits = { file: 10, position: 16, row: 8 };

export const mysqlDialect: Dialect = {
  connectors: ['mysql', 'mariadb'],
  place(source: JsonObject, transaction: JsonObject | null): SourcePlace | null {
    if (transaction === null) return null;
    const { id } = transaction;
    if (typeof id !== 'string' || id === '') throw invalid('its transaction has no id');
    const at = [fileOf(source['file']), whole(source, 'pos', digits.position), whole(source, 'row', digits.row)].join(
      ':',
    );
    return { transaction: id, at, bound: at };
  },
  transactionOf: (id) => id,
  // The connector says of a transaction's end no more than its id.
  commitOf: (_, last) => last?.at ?? null,
  endedBefore: (last) => last.at,
  isBeyond: ({ at }, last) => at > last,
  orderOf: (commit) => BigInt(commit.replaceAll(':', '') || '0'),
};

/** `mysql-bin.000003` → its number, which may outgrow its digits. */
function fileOf(file: unknown): string {
  const match = typeof file === 'string' ? /\.(\d{1,10})$/.exec(file) : null;
  if (match === null) throw invalid('source.file names no binary log file');
  return BigInt(match[1] as string)
    .toString()
    .padStart(digits.file, '0');
}

function whole(source: JsonObject, name: string, length: number): string {
  const text = String(source[name]);
  if (!/^\d{1,16}$/.test(text)) throw invalid(`source.${name} is no whole number`);
  return text.padStart(length, '0');
}
