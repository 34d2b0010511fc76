/** Where events of other databases' connectors stand in their logs: envelopes as Debezium's documentation shows them. */
import { describe, expect, test } from 'vitest';
import type { Dialect } from './dialect.js';
import { type Envelope, readEnvelope } from './envelope.js';
import { mysqlDialect } from './mysql-dialect.js';
import { Once, type Verdict } from './once.js';
import { oracleDialect } from './oracle-dialect.js';
import { postgresColumn } from './postgres-columns.js';
import { usual } from './test-decoder.js';

function rowOf(dialect: Dialect, source: object, transaction: object): Extract<Envelope, { kind: 'row' }> {
  const value = { op: 'c', before: null, after: { id: 1 }, source, transaction, ts_ms: 1465491411815 };
  const envelope = readEnvelope(JSON.stringify(value), dialect);
  if (envelope.kind !== 'row') throw new Error(`it is a ${envelope.kind}`);
  return envelope;
}

function verdicts(
  dialect: Dialect,
  told: readonly ({ readonly source: object; readonly id: string; readonly total: number } | string)[],
): (Verdict | string)[] {
  const once = new Once(dialect, '', null);
  return told.map((one) => {
    if (typeof one === 'string') return once.end(one, 0).kind;
    const { place, total } = rowOf(dialect, one.source, {
      id: one.id,
      total_order: one.total,
      data_collection_order: 1,
    });
    return once.event(place, total);
  });
}

describe('MySQL and MariaDB', () => {
  const source = (pos: number, row = 0, file = 'mysql-bin.000003'): object => ({
    version: '3.2.0.Final',
    connector: 'mysql',
    name: 'mysql-server-1',
    ts_ms: 1465491411815,
    snapshot: 'false',
    db: 'inventory',
    table: 'products_on_hand',
    server_id: 223344,
    gtid: null,
    file,
    pos,
    row,
    thread: 7,
    query: null,
  });

  test('an event stands where the binary log has it, and its table is named by the database', () => {
    const { place, table, committedAt } = rowOf(mysqlDialect, source(154, 1), {
      id: 'file=mysql-bin.000003,pos=100',
      total_order: 1,
      data_collection_order: 1,
    });
    expect(table).toBe('inventory.products_on_hand');
    expect(committedAt).toBe(1465491411815);
    const at = '0000000003:0000000000000154:00000001';
    expect(place).toEqual({ transaction: 'file=mysql-bin.000003,pos=100', at, bound: at });
  });

  test('places grow with files, also beyond six digits, positions and rows', () => {
    const places = [source(900, 0, 'b.000009'), source(4), source(154), source(154, 1), source(4, 0, 'b.1000000')].map(
      (one) => rowOf(mysqlDialect, one, { id: 'x', total_order: 1, data_collection_order: 1 }).place.at,
    );
    expect([...places].sort()).toEqual([places[1], places[2], places[3], places[0], places[4]]);
    const orders = [...places].sort().map((one) => mysqlDialect.orderOf(one));
    expect(orders.every((order, at) => at === 0 || order > (orders[at - 1] as bigint))).toBe(true);
  });

  test('what is told again is dropped', () => {
    const a = { source: source(100), id: 'a', total: 1 };
    const b = { source: source(100, 1), id: 'a', total: 2 };
    const c = { source: source(300), id: 'c', total: 1 };
    expect(verdicts(mysqlDialect, [a, b, b, 'a', a, b, 'a', c, a, b, 'a', c, 'c'])).toEqual([
      'opens',
      'take',
      'drop',
      'whole',
      'drop',
      'drop',
      'passed',
      'opens',
      'drop',
      'drop',
      'passed',
      'drop',
      'whole',
    ]);
  });

  const told = (id: string, pos: number, total = 1, file = 'binlog.000001') => ({
    source: { ...source(pos, 0, file), connector: 'mariadb', gtid: id },
    id,
    total,
  });

  test('with global transaction ids they alone say what is later: after a failover files begin anew', () => {
    const [a, b] = [told('0-1-270', 900, 1, 'b.000009'), told('0-2-271', 4, 1, 'b.000001')];
    expect(verdicts(mysqlDialect, [a, '0-1-270', b, '0-2-271', a, '0-1-270', b])).toEqual([
      'opens',
      'whole',
      'opens',
      'whole',
      'drop',
      'passed',
      'drop',
    ]);
    const at = (one: ReturnType<typeof told>) =>
      rowOf(mysqlDialect, one.source, { id: one.id, total_order: 1, data_collection_order: 1 }).place.at;
    expect(mysqlDialect.orderOf(at(a))).toBe(540n);
    expect(mysqlDialect.orderOf(at(b))).toBe(542n);
  });

  test('transactions that the connector left out are found out, and it may tell those before again', () => {
    const { place, total } = rowOf(mysqlDialect, told('0-1-7', 4).source, { id: '0-1-7', total_order: 1 });
    const begun = (...ids: readonly string[]): (() => void) => {
      const once = new Once(mysqlDialect, place.at, null);
      return () => {
        for (const id of ids) once.begin(id);
      };
    };
    expect(total).toBe(1);
    expect(begun('0-1-8', '0-1-9', '0-1-6', '0-1-7', '0-1-8', '0-1-9', '0-1-10')).not.toThrow();
    expect(begun('0-1-9')).toThrow(expect.objectContaining({ code: 'topic_lost' }));
    expect(begun('0-1-8', '0-1-10')).toThrow(expect.objectContaining({ code: 'topic_lost' }));
    expect(begun('1-1-8')).toThrow(expect.objectContaining({ code: 'debezium_unfit' }));
    // Without such numbers nothing can be said.
    expect(begun('file=b.000001,pos=4')).not.toThrow();
  });

  test('a GTID names a transaction', () => {
    expect(mysqlDialect.transactionOf('0-1-270')).toBe('0-1-270');
    expect(() => rowOf(mysqlDialect, { ...source(1), file: '' }, { id: '0-1-270', total_order: 1 })).toThrow(
      /names no binary log file/,
    );
    expect(() => rowOf(mysqlDialect, source(1), { total_order: 1 })).toThrow(/its transaction has no id/);
  });
});

describe('Oracle', () => {
  const source = (scn: string, commit: string, txId: string, ssn = 1): object => ({
    version: '3.2.0.Final',
    connector: 'oracle',
    name: 'server1',
    ts_ms: 1588252618953,
    snapshot: 'false',
    db: 'ORCLPDB1',
    schema: 'DEBEZIUM',
    table: 'CUSTOMERS',
    txId,
    scn,
    commit_scn: commit,
    lcr_position: null,
    rs_id: '001234.00012345.0124',
    ssn,
    redo_thread: 1,
    user_name: 'user',
    row_id: 'AAASgjAAMAAAACnAAA',
  });

  test('an event has its SCN, and its transaction’s commit', () => {
    const { place, table } = rowOf(oracleDialect, source('1513734', '1513754', '5.6.641'), {
      id: '5.6.641',
      total_order: 1,
      data_collection_order: 1,
    });
    expect(table).toBe('DEBEZIUM.CUSTOMERS');
    expect(place).toEqual({
      transaction: '5.6.641',
      at: '00000000000001513734:001234.00012345.0124:0000000001',
      bound: '00000000000001513754',
    });
    expect(oracleDialect.orderOf(place.bound ?? '')).toBe(1_513_754n);
  });

  test('what is told again is dropped, whatever lies between', () => {
    const a = { source: source('10', '50', '1.1.1'), id: '1.1.1', total: 1 };
    // Begun before the other committed.
    const b = { source: source('20', '60', '2.2.2'), id: '2.2.2', total: 1 };
    const c = { source: source('20', '60', '2.2.2', 2), id: '2.2.2', total: 2 };
    expect(verdicts(oracleDialect, [a, '1.1.1', b, a, '1.1.1', b, c, '2.2.2', b, c, '2.2.2'])).toEqual([
      'opens',
      'whole',
      'opens',
      'drop',
      'passed',
      'drop',
      'take',
      'whole',
      'drop',
      'drop',
      'passed',
    ]);
  });

  test('an SCN that is none is refused', () => {
    expect(() => rowOf(oracleDialect, source('x', '1', '1.1.1'), { id: '1.1.1', total_order: 1 })).toThrow(
      /source.scn is no SCN/,
    );
  });
});

test('types that both kinds of database have are read alike', () => {
  const reader = postgresColumn(
    { kind: 'numeric', sql: 'numeric', precision: 10, scale: 2 },
    { ...usual, decimals: 'precise' },
  );
  expect('text' in reader && reader.text('EtaA')).toBe('12345.6');
});
