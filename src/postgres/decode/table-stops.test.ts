/** What the decoder finds in the log that ends a table's sync. */
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../base/logger.js';
import type { SourceEvent } from '../../ports/change-source.js';
import { changes, columnsOfA, decode, describeA, describeB, transaction } from './decode-bytes.js';
import { bytes } from './pgoutput-bytes.js';

describe('what ends an entity', () => {
  const tables = new Map([
    ['public.a', { oid: 1, columns: new Map(columnsOfA.map(({ name }) => [name, 25])), asOf: '0000000000000018' }],
  ]);
  const stops = (events: readonly SourceEvent[]) => events.filter((event) => event.kind === 'stop');

  test('truncate, before what follows in its transaction', () => {
    const events = decode(
      transaction(0x10n, describeA, describeB, bytes.truncate([1, 77]), bytes.insert(1, ['1', null, 'x', 'y'])),
    );
    expect(events).toMatchObject([
      { kind: 'stop', entity: 'public.a', position: '0000000000000010:0000000000' },
      { kind: 'part' },
    ]);
  });

  test('a mapped column that vanished, said once', () => {
    const fewer = bytes.relation(1, 'public.a', [{ name: 'id' }, { name: 'x' }]);
    const events = decode([
      ...transaction(0x10n, fewer, bytes.insert(1, ['1', 'x'])),
      ...transaction(0x20n, fewer, bytes.insert(1, ['1', 'x'])),
    ]);
    expect(events).toHaveLength(1);
    expect(stops(events)).toMatchObject([{ entity: 'public.a', reason: expect.stringContaining('column y') }]);
  });

  test('a mapped column that the log has not come to yet is null; once the log has passed the catalog it has vanished', () => {
    const fewer = bytes.relation(1, 'public.a', [{ name: 'id' }, { name: 'x' }]);
    const events = decode([...transaction(0x10n, fewer, bytes.insert(1, ['1', 'x'])), ...transaction(0x20n, fewer)], {
      tables,
    });
    expect(changes(events)).toMatchObject([{ key: '1', after: ['x', null] }]);
    expect(stops(events)).toMatchObject([{ reason: expect.stringContaining('column y') }]);
  });

  test('another type, a rename, a table made anew, rows that come without their state before', () => {
    const retyped = bytes.relation(1, 'public.a', [{ name: 'id' }, { name: 'x', typeOid: 23 }, { name: 'y' }]);
    expect(stops(decode(transaction(0x10n, retyped), { tables }))).toMatchObject([
      { reason: expect.stringContaining('another type') },
    ]);
    expect(stops(decode(transaction(0x10n, bytes.relation(1, 'public.a2', columnsOfA)), { tables }))).toMatchObject([
      { entity: 'public.a', reason: expect.stringContaining('renamed') },
    ]);
    expect(stops(decode(transaction(0x10n, bytes.relation(3, 'public.a', columnsOfA)), { tables }))).toMatchObject([
      { reason: expect.stringContaining('made anew') },
    ]);
    expect(stops(decode(transaction(0x10n, bytes.relation(1, 'public.a', columnsOfA, 'd')), { tables }))).toMatchObject(
      [{ reason: expect.stringContaining('REPLICA IDENTITY') }],
    );
    expect(stops(decode(transaction(0x10n, describeA, bytes.update(1, null, ['1', null, 'x', 'y']))))).toHaveLength(1);
  });

  test('a new column is passed over and said once', () => {
    const said: object[] = [];
    const log = { ...silentLogger, warn: (fields: object) => void said.push(fields) };
    const more = bytes.relation(1, 'public.a', [...columnsOfA, { name: 'fresh' }]);
    const events = decode(
      [...transaction(0x10n, more, bytes.insert(1, ['1', null, 'x', 'y', 'f'])), ...transaction(0x20n, more)],
      { tables, log },
    );
    expect(changes(events)).toMatchObject([{ after: ['x', 'y'] }]);
    expect(said).toEqual([{ table: 'public.a', column: 'fresh' }]);
  });
});
