/**
 * Debezium's connectors for MySQL and MariaDB: the binary log is in order as it stands. MariaDB numbers its transactions without a gap (the
 * third part of a GTID), across files and servers: so what a connector left out, or a log that began anew, can be told. Elsewhere a
 * place is file, position and row, and the connector's own order is to be trusted only up to a failover.
 */
import type { Dialect, SourcePlace, TransactionNumber } from './dialect.js';
import { invalid } from './invalid.js';
import type { JsonObject } from './read-json.js';

const digits = { domain: 10, number: 20, file: 10, position: 16, row: 8 };

const gtid = /^(\d{1,10})-\d{1,10}-(\d{1,20})$/;

export const mysqlDialect: Dialect = {
  connectors: ['mysql', 'mariadb'],
  place(source: JsonObject, transaction: JsonObject | null): SourcePlace | null {
    if (transaction === null) return null;
    const { id } = transaction;
    if (typeof id !== 'string' || id === '') throw invalid('its transaction has no id');
    const row = [fileOf(source['file']), whole(source, 'pos', digits.position), whole(source, 'row', digits.row)];
    const at = [...numberParts(id), ...row].join(':');
    return { transaction: id, at, bound: at };
  },
  transactionOf: (id) => id,
  // The connector says of a transaction's end no more than its id.
  commitOf: (_, last) => last?.at ?? null,
  endedBefore: (last) => last.at,
  isBeyond: ({ at }, last) => at > last,
  // Two of them for each transaction: one for what is open before its end.
  orderOf: (commit) => {
    const number = numberAt(commit);
    return number === null ? BigInt(commit.replaceAll(':', '') || '0') : number.number * 2n;
  },
  numberOf(id) {
    const match = gtid.exec(id);
    return match && { stream: String(Number(match[1])), number: BigInt(match[2] as string) };
  },
  numberAt,
};

/** Of a commit place. */
function numberAt(commit: string): TransactionNumber | null {
  const parts = commit.split(':');
  return parts.length === 5 ? { stream: String(Number(parts[0])), number: BigInt(parts[1] as string) } : null;
}

function numberParts(id: string): readonly string[] {
  const match = gtid.exec(id);
  if (match === null) return [];
  return [(match[1] as string).padStart(digits.domain, '0'), (match[2] as string).padStart(digits.number, '0')];
}

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
