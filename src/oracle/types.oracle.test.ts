/** What only a real server can say: how it prints values, what its catalog says of columns, what it would store in another form. */
import { afterEach, describe, expect, it } from 'vitest';
import { recordId } from '../model/record.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import { uniqueName } from '../testing/servers/fixtures/database-name.js';
import { type TestSide, testSide } from './test-side.js';

describe('types of Oracle', () => {
  let t: TestSide;
  afterEach(() => t.close());

  async function declare(declared: string): Promise<void> {
    t = await testSide(uniqueName(), [`create table tried (id number(9) primary key, v ${declared})`]);
  }

  const ref = () => ({ entity: `${t.schema}.TRIED`, key: '1' });

  /** Writes the value as our writer does, and reads it back. */
  async function write(value: string): Promise<unknown> {
    const { store } = t.side;
    await store.takeOver((await store.epoch()) + 1, 1);
    const plan = () => ({ writes: [{ ...ref(), before: null, after: [value] }], hold: [], drop: [], settlements: [] });
    const outcome = await store.commit({ lane: 0, previous: 0, number: 1, read: [ref()], plan });
    return outcome.kind === 'refused' ? outcome.refusal : read();
  }

  async function read(): Promise<unknown> {
    const found = await t.side.store.read([ref()], { locked: false, raw: true });
    return found.get(recordId(ref()))?.state?.[0];
  }

  it.each<[string, string, object]>([
    ['number(4)', '-9999', { kind: 'int2', sql: 'number', precision: 4 }],
    ['number(9)', '999999999', { kind: 'int4' }],
    ['number(18)', '-999999999999999999', { kind: 'int8' }],
    ['number(19)', '9223372036854775807', { kind: 'numeric', precision: 19, scale: 0 }],
    ['integer', '12345678901234567890123456789012', { kind: 'numeric', precision: 38, scale: 0 }],
    ['number', '0.1', { kind: 'numeric', sql: 'number' }],
    ['number', '-12345678901234567890.12345678901234', { kind: 'numeric' }],
    ['number(10,2)', '12345678.9', { kind: 'numeric', precision: 10, scale: 2 }],
    ['number(5,-2)', '1234500', { kind: 'numeric', precision: 5, scale: -2 }],
    ['float', '1.5', { kind: 'numeric', sql: 'float(126)' }],
    ['binary_float', '0.1', { kind: 'float4' }],
    ['binary_double', '5e-324', { kind: 'float8' }],
    ['char(5 char)', 'äö', { kind: 'char', length: 5 }],
    ['char(5)', '', { kind: 'char' }],
    ['nchar(5)', 'ä', { kind: 'char', sql: 'nchar' }],
    ['varchar2(10 char)', 'a 🌿"\'\\\n ', { kind: 'varchar', length: 10 }],
    ['nvarchar2(10)', 'ä 🌿', { kind: 'varchar', sql: 'nvarchar2', length: 10 }],
    ['raw(3)', '00ff0a', { kind: 'bytea', sql: 'raw', length: 3 }],
    ['date', '2024-02-29T23:59:59.000Z', { kind: 'timestamp', sql: 'date', precision: 0 }],
    ['timestamp', '0999-01-02T03:04:05.678Z', { kind: 'timestamp', sql: 'timestamp', precision: 6 }],
    ['timestamp(1)', '9999-12-31T23:59:59.900Z', { kind: 'timestamp', precision: 1 }],
    ['timestamp with time zone', '2024-03-31T02:30:00.001Z', { kind: 'timestamptz', precision: 6 }],
    ['timestamp(3) with local time zone', '2024-03-31T02:30:00.001Z', { kind: 'timestamptz', precision: 3 }],
  ])('%s %s', async (declared, value, expected) => {
    await declare(declared);
    expect(t.entities.get(`${t.schema}.TRIED`)?.fields[0]?.type).toMatchObject(expected);
    expect(await write(value)).toBe(value);
  });

  it.each<[string, string]>([
    ['varchar2(3 char)', ''],
    ['varchar2(3 char)', 'abcd'],
    ['raw(3)', ''],
    ['number(3)', '1000'],
    ['number(5,2)', '1.234'],
    ['number', 'NaN'],
    ['binary_double', 'Infinity'],
    ['number', '1'.repeat(39)],
    ['date', '1582-10-10T00:00:00.000Z'],
  ])('%s refuses %j', async (declared, value) => {
    await declare(declared);
    expect(await write(value)).toMatchObject({ code: 'invalid_value', reason: expect.any(String) });
    expect(await t.rows('select * from tried')).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['number', "to_number('1234567890123456789012345678901234567.5')", 'more digits'],
    ['date', "to_date('-0044-03-15', 'SYYYY-MM-DD')", 'no day of the Gregorian calendar'],
    ['date', "to_date('1500-02-29', 'YYYY-MM-DD')", 'no day of the Gregorian calendar'],
    ['varchar2(9)', "'a' || chr(0)", 'NUL'],
  ])('%s %s cannot cross', async (declared, value, reason) => {
    await declare(declared);
    await t.rows(`insert into tried values (1, ${value})`);
    const found = ((await read()) ?? null) as string | null;
    expect(isRefused(found) && readRefusal(found).reason).toContain(reason);
  });
});
