/** What only a real server can say: how it prints values, what its catalog says of columns, what it would store in another form. */
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../base/logger.js';
import type { CatalogColumn } from '../model/catalog.js';
import { recordId } from '../model/record.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import { mariadbIsMissing, testMariadb } from '../testing/servers/fixtures/test-mariadb.js';
import { readCatalog } from './catalog.js';
import { type TestSide, testSide } from './test-side.js';

describe.skipIf(mariadbIsMissing() !== null)('types of MariaDB', () => {
  const mariadb = testMariadb();
  let db: { readonly url: string; readonly name: string };
  let user: Connection;
  beforeAll(async () => {
    db = await mariadb.freshDatabase();
    user = await createConnection({ uri: db.url });
  });
  afterAll(() => user.end());

  async function column(declared: string): Promise<CatalogColumn> {
    await user.query('drop table if exists tried');
    await user.query(`create table tried (id int primary key, v ${declared})`);
    const [table] = await readCatalog({ url: db.url, schemas: [db.name], log: silentLogger });
    return table?.columns[1] as CatalogColumn;
  }

  /** Declares a column, writes the value as our writer does, and reads it back. */
  async function side(declared: string): Promise<TestSide> {
    await user.query('drop table if exists tried');
    return testSide({ ...db, schema: `create table tried (id int primary key, v ${declared})` });
  }

  async function write(t: TestSide, value: string): Promise<unknown> {
    const epoch = (await t.side.store.epoch()) + 1;
    const [lane] = (await t.side.store.takeOver(epoch, 1)).lanes;
    const ref = { entity: `${db.name}.tried`, key: '1' };
    const outcome = await t.side.store.commit({
      lane: 0,
      previous: lane?.number ?? 0,
      number: (lane?.number ?? 0) + 1,
      read: [ref],
      plan: () => ({ writes: [{ ...ref, before: null, after: [value] }], hold: [], drop: [], settlements: [] }),
    });
    if (outcome.kind === 'refused') return outcome.refusal;
    return (await t.side.store.read([ref], { locked: false, raw: false })).get(recordId(ref))?.state?.[0];
  }

  it.each<[string, string, object]>([
    ['tinyint(1)', 'true', { kind: 'bool', sql: 'tinyint(1)' }],
    ['boolean', 'false', { kind: 'bool' }],
    ['tinyint', '-128', { kind: 'int2' }],
    ['tinyint unsigned', '255', { kind: 'int2' }],
    ['smallint unsigned', '65535', { kind: 'int4' }],
    ['mediumint', '-8388608', { kind: 'int4' }],
    ['int', '-2147483648', { kind: 'int4', sql: 'int' }],
    ['int unsigned', '4294967295', { kind: 'int8' }],
    ['int(10) zerofill', '42', { kind: 'int8', sql: 'int unsigned' }],
    ['bigint', '-9223372036854775808', { kind: 'int8' }],
    ['bigint', '9007199254740993', { kind: 'int8' }],
    ['bigint unsigned', '9223372036854775807', { kind: 'int8', sql: 'bigint unsigned' }],
    ['decimal(10,2)', '12345678.9', { kind: 'numeric', precision: 10, scale: 2 }],
    ['decimal(65,30)', '12345678901234567890.123456789', { kind: 'numeric', precision: 65, scale: 30 }],
    ['decimal(5,2) zerofill', '1.5', { kind: 'numeric' }],
    ['float', '0.1', { kind: 'float4' }],
    ['float', '16777216', { kind: 'float4' }],
    ['float', '3.4028235e+38', { kind: 'float4' }],
    ['float', '1e-45', { kind: 'float4' }],
    ['double', '5e-324', { kind: 'float8' }],
    ['double', '1.7976931348623157e+308', { kind: 'float8' }],
    ['double', '0.30000000000000004', { kind: 'float8' }],
    ['char(5)', 'äö', { kind: 'char', length: 5 }],
    ['varchar(10)', 'a 🌿"\'\\\n ', { kind: 'varchar', length: 10 }],
    ['varchar(10) character set latin1', 'é?', { kind: 'varchar' }],
    ['text', '\u0001?`%_', { kind: 'text' }],
    ['longtext', '', { kind: 'text' }],
    ['binary(3)', '00ff0a', { kind: 'bytea', length: 3 }],
    ['varbinary(5)', '', { kind: 'bytea' }],
    ['mediumblob', '00275c22ff', { kind: 'bytea' }],
    ['date', '0001-01-01', { kind: 'date' }],
    ['date', '9999-12-31', { kind: 'date' }],
    ['datetime', '2024-01-02T03:04:05.000Z', { kind: 'timestamp', precision: 0 }],
    ['datetime(6)', '2024-02-29T23:59:59.678Z', { kind: 'timestamp', precision: 6 }],
    ['datetime(1)', '0999-01-02T03:04:05.600Z', { kind: 'timestamp', precision: 1 }],
    ['timestamp(6) null', '2024-03-31T02:30:00.001Z', { kind: 'timestamptz', precision: 6 }],
    ['time(2)', '03:04:05.25', { kind: 'time', precision: 2 }],
    ['time', '24:00:00', { kind: 'time', precision: 0 }],
    ['year', '2024', { kind: 'int2', sql: 'year' }],
    ['year', '0', { kind: 'int2', sql: 'year' }],
    ["enum('a','b''c','1')", "b'c", { kind: 'enum', labels: ['a', "b'c", '1'] }],
    ["enum('5','1')", '1', { kind: 'enum' }],
    ["set('x','y')", 'x,y', { kind: 'opaque', labels: ['x', 'y'] }],
    ['json', '{"":[1.5,null,"\\\\"],"$oid":"x","n":9007199254740993}', { kind: 'json' }],
    ['bit(1)', 'true', { kind: 'bool', sql: 'bit(1)' }],
    ['bit(9)', '000000101', { kind: 'opaque', sql: 'bit' }],
    ['bit(64)', '1'.repeat(64), { kind: 'opaque', sql: 'bit' }],
    ['uuid', '8b1f4a4e-0000-4000-8000-00000000000a', { kind: 'uuid' }],
    ['inet6', '2001:db8::1', { kind: 'opaque' }],
  ])('%s %s', async (declared, value, expected) => {
    expect((await column(declared)).type).toMatchObject(expected);
    const t = await side(declared);
    expect(await write(t, value)).toBe(value);
    await t.close();
  });

  it.each(['geometry', 'float(7,4)', 'double(10,2)'])('%s cannot be mapped', async (declared) => {
    expect(await column(declared)).toMatchObject({ type: null, unmappable: expect.any(String) });
  });

  /** All of these the server would take and change, or take for something else. */
  it.each<[string, string]>([
    ['binary(3)', '00ff'],
    ['year', '70'],
    ['bit(9)', '101'],
    ["enum('a','b')", '1'],
    ["set('a','b')", '1'],
    ['double', 'NaN'],
    ['float', 'Infinity'],
    ['decimal(5,2)', 'NaN'],
    ['date', '0044-03-15 BC'],
    ['datetime', '+012345-01-02T03:04:05.000Z'],
    ['tinyint', '128'],
    ['bigint unsigned', '-1'],
    ['varchar(3)', 'abcd'],
    ['varchar(3) character set latin1', '🌿'],
    ['timestamp null', '2200-01-01T00:00:00.000Z'],
    ['tinytext', 'y'.repeat(256)],
    ['text', 'y'.repeat(65_537)],
    ['tinyblob', '00'.repeat(257)],
  ])('%s refuses %s', async (declared, value) => {
    const t = await side(declared);
    const refusal = await write(t, value);
    expect(refusal).toMatchObject({ code: 'invalid_value', reason: expect.any(String) });
    // A number of two digits may be that of the error.
    if (value.length > 3) expect((refusal as { reason: string }).reason).not.toContain(value);
    expect(await t.rows('select * from tried')).toEqual([]);
    await t.close();
  });

  it.each<[string, string, string]>([
    ['tinyint(1)', '2', 'a Boolean is 0 or 1'],
    ['bigint unsigned', '18446744073709551615', 'a Long cannot hold it'],
    ['decimal(40,0)', `'${'1'.repeat(40)}'`, 'more digits'],
    ['date', "'0000-00-00'", 'no day of the calendar'],
    ['date', "'2024-00-10'", 'no day of the calendar'],
    ['datetime', "'0000-00-00 00:00:00'", 'no day of the calendar'],
    ['datetime', "'2024-02-31 00:00:00'", 'no day of the calendar'],
    ['time', "'-30:00:00'", 'no time of day'],
    ['time', "'838:59:59'", 'no time of day'],
    ['text', "'a\\0b'", 'NUL'],
    ["enum('a')", "''", 'none of the labels'],
    ['json', '\'{"a": 1e999999}\'', 'more digits'],
  ])('%s %s cannot cross', async (declared, value, reason) => {
    const t = await side(declared);
    await t.user.query("set sql_mode = 'allow_invalid_dates'");
    await t.user.query(`insert into tried values (1, ${value})`);
    const ref = { entity: `${db.name}.tried`, key: '1' };
    const state = (await t.side.store.read([ref], { locked: true, raw: true })).get(recordId(ref))?.state;
    const found = state?.[0] ?? null;
    expect(isRefused(found) && readRefusal(found).reason).toContain(reason);
    await t.close();
  });

  it('defaults, sequences, generated columns, triggers and keys', async () => {
    await user.query('drop table if exists tried');
    await user.query(`create table many (a varchar(10), none int, id int auto_increment, gen int as (none + 1) stored, virt int as (1) virtual,
      must int not null, def int not null default 5, now timestamp not null default current_timestamp on update current_timestamp,
      hidden int invisible default 3, primary key (a, id), key (id))`);
    await user.query('create trigger changed before insert on many for each row set new.none = 1');
    const [table] = await readCatalog({ url: db.url, schemas: [db.name, 'mysql', 'isthmus'], log: silentLogger });
    expect(table).toMatchObject({ schema: db.name, name: 'many', primaryKey: ['a', 'id'], hasUserTriggers: true });
    const flags = (table?.columns ?? []).map((each) => [
      each.name,
      ...(['nullable', 'hasDefault', 'generated', 'sequence'] as const).filter((flag) => each[flag]),
    ]);
    expect(flags).toEqual([
      ['a'],
      ['none', 'nullable'],
      ['id', 'hasDefault', 'sequence'],
      ['gen', 'nullable', 'generated'],
      ['virt', 'nullable', 'generated'],
      ['must'],
      ['def', 'hasDefault'],
      ['now', 'hasDefault'],
      ['hidden', 'nullable', 'hasDefault'],
    ]);
    expect(table?.columns[0]?.type?.sql).toBe('varchar character set utf8mb4 collate utf8mb4_general_ci');
    await user.query('drop table many');
  });
});
