/** The curated hazards of PostgreSQL's texts; the laws are tried in test/values. */
import { describe, expect, it } from 'vitest';
import type { ColumnType } from '../model/entity.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import { sqlCodec } from './types.js';

const type = (kind: ColumnType['kind'], more: Partial<ColumnType> = {}): ColumnType => ({ kind, sql: kind, ...more });
const textArray = { element: type('text') };

describe('sqlCodec', () => {
  it.each<[ColumnType['kind'], string, string | null, Partial<ColumnType>?]>([
    ['bool', 't', 'true'],
    ['bool', 'f', 'false'],
    ['int8', '-9223372036854775808', '-9223372036854775808'],
    ['numeric', '1.50', '1.5'],
    ['numeric', '100', '100'],
    ['numeric', '0.00', '0'],
    ['numeric', '-0.10', '-0.1'],
    ['numeric', 'NaN', 'NaN'],
    ['numeric', `1${'0'.repeat(40)}`, `1${'0'.repeat(40)}`],
    ['numeric', '1234567890123456789012345678901234', '1234567890123456789012345678901234'],
    ['numeric', '1'.repeat(40), '1'.repeat(40), { document: 'string' }],
    ['float8', '-0', '0'],
    ['float8', '1e-05', '0.00001'],
    ['float8', '1e+21', '1e+21'],
    ['float8', 'Infinity', 'Infinity'],
    ['float4', '0.1', '0.1'],
    ['float4', '3.4028235e+38', '3.4028235e+38'],
    ['float4', '1e-45', '1e-45'],
    ['char', 'ab   ', 'ab', { length: 5 }],
    ['text', 'ab   ', 'ab   '],
    ['timestamptz', '2024-01-02 03:04:05.678901+00', '2024-01-02T03:04:05.678Z'],
    ['timestamptz', '2024-01-02 03:04:05.6+00', '2024-01-02T03:04:05.600Z'],
    ['timestamptz', '2024-01-02 03:04:05+00', '2024-01-02T03:04:05.000Z'],
    ['timestamptz', '1969-12-31 23:59:59.999999+00', '1969-12-31T23:59:59.999Z'],
    ['timestamptz', '12345-01-02 03:04:05+00', '+012345-01-02T03:04:05.000Z'],
    ['timestamptz', '0044-03-15 00:00:00+00 BC', '-000043-03-15T00:00:00.000Z'],
    ['timestamptz', '0001-03-15 00:00:00+00 BC', '0000-03-15T00:00:00.000Z'],
    ['timestamptz', '2024-01-02 03:04:05.67+00', '2024-01-02T03:04:05.600Z', { precision: 1 }],
    ['timestamp', '2024-01-02 03:04:05', '2024-01-02T03:04:05.000Z'],
    ['date', 'infinity', 'infinity'],
    ['date', '0044-03-15 BC', '0044-03-15 BC'],
    ['time', '24:00:00', '24:00:00'],
    ['bytea', '\\x00ff', '00ff'],
    ['bytea', '\\x', ''],
    ['jsonb', 'null', null],
    ['jsonb', '{"b": 1.50, "a": [1e2, -0.0]}', '{"a":[100,0],"b":1.5}'],
    ['json', '{"a":1,"a":2}', '{"a":2}'],
    [
      'jsonb',
      '{"n": 9007199254740993, "__proto__": {"10": 1, "9": 0.0000001}}',
      '{"__proto__":{"10":1,"9":0.0000001},"n":9007199254740993}',
    ],
    ['json', '"\\ud83d\\ude00"', '"😀"'],
    ['jsonb', '"1.5e3 \\\\u0000"', '"1.5e3 \\\\u0000"'],
    ['array', '{}', '[]', textArray],
    ['array', '{a,NULL,"NULL","a,\\"b\\\\",""}', '["a",null,"NULL","a,\\"b\\\\",""]', textArray],
    ['array', '{{a,b},{c,NULL}}', '[["a","b"],["c",null]]', textArray],
    ['array', '{1.50,NaN}', '["1.5","NaN"]', { element: type('numeric') }],
    ['array', '{"{\\"a\\": [1]}",null}', '["{\\"a\\":[1]}",null]', { element: type('jsonb') }],
  ])('%s %s is %s', (kind, text, canonical, more = {}) => {
    const codec = sqlCodec(type(kind, more));
    expect(codec.fromText(text)).toBe(canonical);
    if (canonical !== null) expect(codec.fromText(codec.toText(canonical))).toBe(canonical);
  });

  it.each<[ColumnType['kind'], string, 'type_mismatch' | 'structural', Partial<ColumnType>?]>([
    ['numeric', '1'.repeat(35), 'type_mismatch'],
    ['numeric', `0.${'1'.repeat(35)}`, 'type_mismatch'],
    ['numeric', '0.12345678901234567', 'type_mismatch', { document: 'double' }],
    ['timestamptz', 'infinity', 'type_mismatch'],
    ['timestamp', '-infinity', 'type_mismatch'],
    ['timestamptz', '290000-01-01 00:00:00+00', 'type_mismatch'],
    ['date', 'infinity', 'type_mismatch', { document: 'date' }],
    ['date', '300000-01-01', 'type_mismatch', { document: 'date' }],
    ['json', '"\\ud800"', 'type_mismatch'],
    ['json', '"\\u0000"', 'type_mismatch'],
    ['jsonb', `{"a": ${'1'.repeat(40)}}`, 'type_mismatch'],
    ['json', '1e999999999', 'type_mismatch'],
    ['jsonb', `${'['.repeat(101)}${']'.repeat(101)}`, 'type_mismatch'],
    ['array', '[0:1]={a,b}', 'structural', textArray],
    ['array', '{{1},{2}}', 'structural', { element: type('jsonb') }],
    ['array', '{infinity}', 'type_mismatch', { element: type('timestamptz') }],
    ['text', 'zzz', 'type_mismatch', { document: 'objectId' }],
  ])('%s %s is refused', (kind, text, why, more = {}) => {
    const value = sqlCodec(type(kind, more)).fromText(text);
    expect(isRefused(value) && readRefusal(value).kind).toBe(why);
    expect(isRefused(value) && readRefusal(value).image).toBe(text);
    expect(isRefused(value) && readRefusal(value).reason).not.toContain(text);
  });

  it('a deep JSON value of ordinary depth crosses, by both ways of reading', () => {
    for (const leaf of ['1', '1e2'])
      expect(isRefused(sqlCodec(type('jsonb')).fromText(`${'['.repeat(100)}${leaf}${']'.repeat(100)}`))).toBe(false);
  });
});
