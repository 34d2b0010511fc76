/**
 * Debezium's connector for PostgreSQL. A transaction's LSNs lie among those of others; only commits are in order. Events carry
 * where the transaction before theirs committed (`source.sequence`); END's id has the LSN behind the commit.
 */
import type { Dialect, SourcePlace } from './dialect.js';
import { invalid } from './invalid.js';
import { type JsonObject, readJson } from './read-json.js';

export const postgresDialect: Dialect = {
  connectors: ['postgresql'],
  place(source: JsonObject): SourcePlace | null {
    const { txId, lsn, sequence } = source;
    if (txId === null || txId === undefined) return null;
    return { transaction: digits(txId, 'txId'), at: lsnPlace(digits(lsn, 'lsn')), bound: previousOf(sequence) };
  },
  transactionOf: (id) => parts(id)[0],
  commitOf: (id) => lsnPlace(parts(id)[1]),
  endedBefore: (_, next) => next.bound,
  isBeyond: ({ bound }, last) => (bound === null ? null : bound >= last),
  orderOf: (commit) => BigInt(commit === '' ? 0 : `0x${commit}`),
};

/** An LSN so that it sorts. */
export function lsnPlace(lsn: string): string {
  return BigInt(lsn).toString(16).padStart(16, '0');
}

function parts(id: string): [transaction: string, lsn: string] {
  const match = /^(\d{1,20}):(\d{1,20})$/.exec(id);
  if (match === null) throw invalid('a transaction’s id is not of the form TRANSACTION:LSN');
  return [match[1] as string, match[2] as string];
}

/** `["<commit of the last transaction>", "<lsn>"]`, the first null where the connector began there. */
function previousOf(sequence: unknown): string | null {
  const read = typeof sequence === 'string' ? safely(sequence) : null;
  if (!Array.isArray(read) || read.length !== 2) throw invalid('source.sequence is no pair of LSNs');
  return read[0] === null ? null : lsnPlace(digits(read[0], 'sequence'));
}

function safely(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return null;
  }
}

function digits(value: unknown, name: string): string {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  if (!/^\d{1,20}$/.test(text)) throw invalid(`source.${name} is no whole number`);
  return text;
}
