/**
 * Debezium's connector for Oracle (LogMiner): transactions come as they commit, each event with its own SCN and its transaction's
 * commit SCN. Transactions that commit at one SCN, which clusters have, cannot be told apart by it.
 */
import type { Dialect, SourcePlace } from './dialect.js';
import { invalid } from './invalid.js';
import type { JsonObject } from './read-json.js';

const scnDigits = 20;

export const oracleDialect: Dialect = {
  connectors: ['oracle'],
  capitals: true,
  place(source: JsonObject): SourcePlace | null {
    const { txId, rs_id: recordSet, ssn } = source;
    if (txId === null || txId === undefined) return null;
    if (typeof txId !== 'string') throw invalid('source.txId is no text');
    const at = [
      scn(source, 'scn'),
      typeof recordSet === 'string' ? recordSet.trim() : '',
      String(ssn ?? 0).padStart(10, '0'),
    ].join(':');
    return { transaction: txId, at, bound: scn(source, 'commit_scn') };
  },
  transactionOf: (id) => id,
  commitOf: (_, last) => last?.bound ?? null,
  endedBefore: (last) => last.bound,
  isBeyond: ({ bound }, last) => (bound === null ? null : bound > last),
  orderOf: (commit) => BigInt(commit || '0'),
};

function scn(source: JsonObject, name: string): string {
  const text = String(source[name]);
  if (!/^\d{1,20}$/.test(text)) throw invalid(`source.${name} is no SCN`);
  return text.padStart(scnDigits, '0');
}
