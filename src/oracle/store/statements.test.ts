/** What is sent for reads and writes, and with what: by type, by operation, and in few forms. */
import { describe, expect, it } from 'vitest';
import { encodeKey } from '../../model/key.js';
import type { RecordWrite } from '../../ports/side-store.js';
import type { Statement } from '../statement.js';
import { columns, entityOf } from '../test-entities.js';
import { compileEntitySql } from './entity-sql.js';
import { inLists } from './in-lists.js';
import { beyond, compareKeys } from './key-order.js';
import { readGroups } from './read-statements.js';
import { writeStatements } from './write-statements.js';

const all = Object.keys(columns);
const entities = [
  entityOf('T', ['N'], all.slice(1)),
  entityOf('K', all, ['V']),
  entityOf('P', ['V', 'N'], ['N']),
  ...all.map((column) => entityOf(`ONLY_${column}`, [column], ['V'])),
];
const compiled = new Map(entities.map((entity) => [entity.name, compileEntitySql(entity)]));
const value = (column: string): string => (columns[column] as (typeof columns)[string])[1];

function written(...writes: readonly RecordWrite[]): readonly Statement[] {
  const built = writeStatements(compiled, writes, false);
  if (built.kind === 'refused') throw new Error(built.refusal.reason);
  expect(built.statements.map(({ meets }) => meets)).toEqual(
    built.statements.map(({ statement }) => statement.rows.length),
  );
  return built.statements.map(({ statement }) => statement);
}

/** Every placeholder once, in order, each with a value in each row. */
function fits({ text, kinds, rows }: Statement): void {
  const places = [...text.matchAll(/:(\d+)/g)].map((match) => Number(match[1]));
  expect(places).toEqual(places.map((_, index) => index + 1));
  expect(kinds).toHaveLength(places.length);
  for (const row of rows) expect(row).toHaveLength(places.length);
}

describe('a write', () => {
  const key = { entity: 'SHOP.T', key: '7' };
  const state = all.slice(1).map(value);

  it('has every type in words that no setting changes, and nothing rounded on its way', () => {
    const [insert] = written({ ...key, before: null, after: state }) as [Statement];
    fits(insert);
    expect(insert.text).toBe(
      'insert into "SHOP"."T" ("N", "D", "F", "C", "NC", "V", "NV", "R", "DT", "TS", "TZ", "L") values (to_number(:1), to_number(:2), ' +
        ":3, :4, :5, :6, :7, hextoraw(:8), to_date(:9, 'SYYYY-MM-DD HH24:MI:SS'), to_timestamp(:10, 'SYYYY-MM-DD HH24:MI:SS.FF'), " +
        "to_timestamp_tz(:11, 'SYYYY-MM-DD HH24:MI:SS.FF TZH:TZM'), to_timestamp_tz(:12, 'SYYYY-MM-DD HH24:MI:SS.FF TZH:TZM'))",
    );
    const at = '2024-02-29 03:04:05';
    expect(insert.rows).toEqual([
      ['7', '1.5', 0.1, ' ', 'ä', "it's", '🌿', '00ff', at, `${at}.678`, `${at}.678 +00:00`, `${at}.678 +00:00`],
    ]);
    expect(insert.kinds.filter((kind) => kind !== 'text')).toEqual(['double', 'national', 'national']);
  });

  it('sets only what differs, NULL as NULL and a default as such; rows of one form go together', () => {
    const nothing = state.map(() => null);
    const statements = written(
      { ...key, before: state, after: nothing },
      { ...key, key: '8', before: state, after: nothing },
      { entity: 'SHOP.P', key: encodeKey(['a', '1']), before: ['5'], after: [null] },
      { ...key, key: '9', before: state, after: null },
    );
    for (const statement of statements) fits(statement);
    expect(statements.map(({ text, rows }) => [text.slice(0, 6), rows.length])).toEqual([
      ['delete', 1],
      ['update', 2],
      ['update', 1],
    ]);
    expect(statements[1]?.rows).toEqual(['7', '8'].map((id) => [...nothing, id]));
    expect(statements[2]?.text).toBe(
      'update "SHOP"."P" t set t."N" = default where t."V" = :1 and t."N" = to_number(:2)',
    );
  });

  it('that the server would change is refused with its column', () => {
    const after = ['1', ...state.slice(1)].map((each, index) => (all[index + 1] === 'V' ? '' : each));
    expect(writeStatements(compiled, [{ ...key, before: null, after }], false)).toEqual({
      kind: 'refused',
      refusal: { code: 'invalid_value', reason: expect.stringMatching(/^V: .*NULL/) },
    });
  });
});

describe('a read', () => {
  it('finds a record by a key of every type, in the words of the column', () => {
    const refs = [{ entity: 'SHOP.K', key: encodeKey(all.map(value)) }];
    const [group] = readGroups(compiled, refs, { locked: true, raw: false });
    fits(group?.statement as Statement);
    expect(group?.statement.text).toContain(
      "in ((to_number(:1), to_number(:2), :3, cast(:4 as char(5 char)), cast(:5 as nchar(5)), :6, :7, hextoraw(:8), to_date(:9, 'SYYYY-MM-DD HH24:MI:SS'), " +
        "to_timestamp(:10, 'SYYYY-MM-DD HH24:MI:SS.FF'), to_timestamp_tz(:11, 'SYYYY-MM-DD HH24:MI:SS.FF TZH:TZM'), " +
        "cast(to_timestamp_tz(:12, 'SYYYY-MM-DD HH24:MI:SS.FF TZH:TZM') as timestamp(9) with local time zone))) for update wait 5",
    );
  });

  it('of any number of records has one of few forms, and asks for each of them', () => {
    const texts = new Set<string>();
    for (let count = 1; count < 600; count += count < 20 ? 3 : 37) {
      const refs = Array.from({ length: count }, (_, n) => ({ entity: 'SHOP.T', key: String(n) }));
      const groups = readGroups(compiled, refs, { locked: false, raw: false });
      for (const { statement } of groups) {
        fits(statement);
        texts.add(statement.text);
      }
      expect(new Set(groups.flatMap(({ statement }) => statement.rows.flat())).size).toBe(count);
      expect(groups.flatMap((group) => group.refs)).toEqual(refs);
    }
    expect(texts.size).toBe(5);
  });

  it('lists are cut where one ends', () => {
    expect(inLists([]).length).toBe(0);
    expect(inLists([1, 2])).toEqual([{ members: [1, 2, 2, 2], first: 0, count: 2 }]);
    expect(inLists(Array.from({ length: 257 }, (_, n) => n)).map(({ first, count }) => [first, count])).toEqual([
      [0, 256],
      [256, 1],
    ]);
  });
});

describe('the order of keys', () => {
  it('a range of a key of several columns leads by its first', () => {
    const sql = compileEntitySql(entityOf('P', ['V', 'N'], []));
    const { text, binds } = beyond(sql, ['a', '1'], '>', 4);
    expect(text).toBe('(t."V" >= :4 and (t."V" > :5 or t."V" = :6 and t."N" > to_number(:7)))');
    expect(binds.map(([, bound]) => bound)).toEqual(['a', 'a', 'a', '1']);
    expect(beyond(compileEntitySql(entityOf('P', ['N'], [])), ['1'], '<=', 1).text).toBe('t."N" <= to_number(:1)');
  });

  const sorted = (column: string, keys: readonly string[]): readonly string[] =>
    keys.toSorted(compareKeys(entityOf('E', [column], [])));

  it.each<[string, readonly string[]]>([
    ['N', ['-10', '-9', '0', '9', '10']],
    ['D', ['-1.5', '-1.05', '0', '0.1', '9', '10']],
    // By code points, and by units of UTF-16.
    ['V', ['Z', 'a', 'ä', '\uffff', '🌿']],
    ['NV', ['Z', 'a', 'ä', '🌿', '\uffff']],
    // Padded with spaces, which stand above a tab.
    ['C', ['a\t', 'a', 'a!']],
    ['R', ['', '00', '00ff', '01']],
    ['DT', ['0001-01-01T00:00:00.000Z', '1999-12-31T23:59:59.000Z', '2000-01-01T00:00:00.000Z']],
  ])('of %s', (column, keys) => {
    expect(sorted(column, keys.toReversed())).toEqual(keys);
  });

  it('of days that cannot cross is the server’s', () => {
    const { codec } = compileEntitySql(entityOf('E', ['DT'], [])).key[0] as {
      codec: { fromText(text: string): string };
    };
    const keys = ['-0045-01-01 00:00:00', '-0044-01-01 00:00:00', '-0044-03-15 00:00:00', ' 2000-01-01 00:00:00'].map(
      (text) => codec.fromText(text),
    );
    expect(sorted('DT', keys.toReversed())).toEqual(keys);
  });
});
