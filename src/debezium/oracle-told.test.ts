/**
 * What the connector's own classes made of LogMiner's statements, in every setting, is read as the value that was written: `oracle-told.jsonl`,
 * recorded by `src/testing/oracle/tell-oracle-values.java` from Debezium 3.2, without a database.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ColumnType } from '../model/entity.js';
import { columnType } from '../oracle/column-type.js';
import { sqlCodec } from '../oracle/types.js';
import type { DebeziumModes } from './modes.js';
import { oracleColumn } from './oracle-columns.js';
import { type JsonObject, readJson } from './read-json.js';
import { usual } from './test-decoder.js';
import { isInexact } from './value-reader.js';

interface Told {
  readonly decimals: DebeziumModes['decimals'];
  readonly times: DebeziumModes['times'];
  readonly column: string;
  readonly literal: string;
  readonly type?: string;
  readonly name?: string | null;
}

type Facts = readonly [dataType: string, precision: number | null, scale: number | null, length?: number];

const facts: Readonly<Record<string, Facts>> = {
  N2: ['NUMBER', 2, 0],
  N4: ['NUMBER', 4, 0],
  N9: ['NUMBER', 9, 0],
  N18: ['NUMBER', 18, 0],
  N19: ['NUMBER', 19, 0],
  I: ['NUMBER', null, 0],
  N: ['NUMBER', null, null],
  D: ['NUMBER', 10, 2],
  NS: ['NUMBER', 5, -2],
  NB: ['NUMBER', 30, -2],
  F: ['FLOAT', 126, null],
  BF: ['BINARY_FLOAT', null, null],
  BD: ['BINARY_DOUBLE', null, null],
  C: ['CHAR', null, null, 5],
  NC: ['NCHAR', null, null, 5],
  V: ['VARCHAR2', null, null, 20],
  NV: ['NVARCHAR2', null, null, 20],
  R: ['RAW', null, null, 9],
  DT: ['DATE', null, null],
  T3: ['TIMESTAMP(3)', null, null],
  T6: ['TIMESTAMP(6)', null, null],
  T9: ['TIMESTAMP(9)', null, null],
  TZ: ['TIMESTAMP(6) WITH TIME ZONE', null, null],
  L: ['TIMESTAMP(3) WITH LOCAL TIME ZONE', null, null],
};

/** What was written, in canonical form, where the statement has it in another one. */
const meant: Readonly<Record<string, string>> = {
  "'.5'": '0.5',
  "'-.01'": '-0.01',
  "'1.0E+40'": `1${'0'.repeat(40)}`,
  "'1.0000000149011612E-001'": '0.1',
  "'1.0000000000000001E-001'": '0.1',
  "'ab   '": 'ab',
  "UNISTR('\\00E4\\D83C\\DF3F ')": 'ä🌿',
  "'it''s'": "it's",
  "UNISTR('a\\005Cb\\D83C\\DF3F')": 'a\\b🌿',
  "HEXTORAW('00ff0a')": '00ff0a',
  "TO_DATE('2024-02-29 03:04:05', 'YYYY-MM-DD HH24:MI:SS')": '2024-02-29T03:04:05.000Z',
  "TO_TIMESTAMP('2024-02-29 03:04:05.678')": '2024-02-29T03:04:05.678Z',
  "TO_TIMESTAMP('2024-02-29 03:04:05.678901')": '2024-02-29T03:04:05.678Z',
  "TO_TIMESTAMP('0001-01-01 00:00:00.000001')": '0001-01-01T00:00:00.000Z',
  "TO_TIMESTAMP('2024-02-29 03:04:05.678901234')": '2024-02-29T03:04:05.678Z',
  "TO_TIMESTAMP('2500-01-01 00:00:00')": '2500-01-01T00:00:00.000Z',
  "TO_TIMESTAMP_TZ('2024-02-29 03:04:05.678901 -11:00')": '2024-02-29T14:04:05.678Z',
  "TO_TIMESTAMP_TZ('2024-02-29 03:04:05 +00:00')": '2024-02-29T03:04:05.000Z',
  "TO_TIMESTAMP_TZ('2024-02-29 03:04:05.678')": '2024-02-29T03:04:05.678Z',
};

/** As Kafka Connect's schema and its JSON call the types that are not called alike. */
const written: Readonly<Record<string, string>> = { float32: 'float', float64: 'double' };

const lines = readFileSync(new URL('oracle-told.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');

function typeOf(column: string): ColumnType {
  const [dataType, precision, scale, length = 22] = facts[column] as Facts;
  const { type } = columnType({ dataType, precision, scale, bytes: length, characters: length });
  if (type === null) throw new Error(`${column} cannot be mapped`);
  return type;
}

const settings = new Set(lines.map((line) => line.slice(0, line.indexOf(',"column"'))));

it.each([...settings])('%s', (setting) => {
  const inexact = new Set<string>();
  const failed = new Set<string>();
  for (const line of lines.filter((each) => each.startsWith(`${setting},`))) {
    const told = readJson(line) as unknown as Told & JsonObject;
    const { decimals, times, column, literal } = told;
    const type = typeOf(column);
    const reader = oracleColumn(type, { ...usual, decimals, times });
    if ('fails' in told) failed.add(literal);
    else if (isInexact(reader)) inexact.add(column);
    else {
      const kind = told.type?.toLowerCase() ?? '';
      expect([column, { type: written[kind] ?? kind, name: told.name }]).toEqual([column, reader.written]);
      const text = reader.text(told['value'] ?? null);
      const expected = meant[literal] ?? literal.slice(1, -1);
      expect([column, text === undefined ? undefined : sqlCodec(type).fromText(text)]).toEqual([column, expected]);
    }
  }
  // What is not read is refused by `check`, or stops the connector.
  const nanoseconds = setting.includes('adaptive') ? ['T9'] : [];
  const decimals: Readonly<Record<string, readonly string[]>> = {
    precise: ['NB'],
    double: ['N18', 'N19', 'I', 'N', 'NB', 'F'],
  };
  const of = /"decimals":"(\w+)"/.exec(setting)?.[1] ?? '';
  expect([...inexact].sort()).toEqual([...(decimals[of] ?? []), ...nanoseconds].sort());
  expect([...failed].sort()).toEqual(["'Inf'", "'Nan'"]);
});
