/** A few canonical values of each column type, close enough to each other to collide: what resolvers are tried on. Pure. */

import { createPnCounter, decrement, increment } from '../../conflict/crdt/counter.js';
import { scalarFrom } from '../../conflict/fits-column.js';
import { writeArray } from '../../model/canonical.js';
import { canonicalJson } from '../../model/canonical-json.js';
import type { ColumnKind, ColumnType } from '../../model/entity.js';

const numbers = ['0', '1', '2', '-3', '10', '0.5', '2.5', '19.99', '1000', '30000'];
const texts = [
  '',
  'a',
  'b',
  'Hello world',
  'Hello beautiful world',
  'world',
  'Grüße, Welt',
  'naïve cafe\u0301',
  '👩‍👩‍👧 at home',
  'one\r\ntwo',
  'one\r\ntwo\r\nthree',
];
const instants = ['2024-01-02T03:04:05.678Z', '2024-01-02T03:04:06.000Z', '1999-12-31T23:59:59.999Z'];
const jsons = [
  '{}',
  '{"a":1}',
  '{"a":2,"b":["x"]}',
  '{"a":1,"c":{"d":"x"}}',
  '{"a":1,"c":{"d":"y","e":null}}',
  '[]',
  '["a","b"]',
  '["b","c"]',
  '["c","a",{"d":1}]',
  '"text"',
  '5',
  '2.5',
  'true',
];

const counterA = increment(createPnCounter(), 'a', 3);

/** What stands in a json column whose rule works on one shape only. */
const jsonsOfRule: Readonly<Record<string, readonly string[]>> = {
  counter: [counterA, increment(counterA, 'b'), decrement(counterA, 'c', 2), increment(createPnCounter(), 'b', 5)].map(
    (state) => canonicalJson(JSON.stringify(state)),
  ),
  set: jsons.filter((text) => text.startsWith('[')),
  merge_array: jsons.filter((text) => text.startsWith('[')),
  merge_object: jsons.filter((text) => text.startsWith('{')),
};

const scalars: Readonly<Record<Exclude<ColumnKind, 'array' | 'enum' | 'opaque'>, readonly string[]>> = {
  bool: ['true', 'false'],
  int2: numbers,
  int4: numbers,
  int8: [...numbers, '9007199254740993'],
  float4: numbers,
  float8: numbers,
  numeric: [...numbers, '12345678901234567890.12'],
  text: texts,
  varchar: texts,
  char: texts,
  citext: texts,
  timestamptz: instants,
  timestamp: instants,
  date: ['2024-01-02', '2024-01-03', '1999-12-31'],
  time: ['03:04:05', '23:59:59', '00:00:00'],
  timetz: ['03:04:05+00', '03:04:05+02', '23:59:59-05:30'],
  interval: ['P1D', 'PT1H', 'P1Y2M3DT4H5M6S'],
  uuid: ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'],
  bytea: ['', '00', '00ff10'],
  json: jsons,
  jsonb: jsons,
};

/** Types that are carried as the server's text: what none of the rules reads, but a module may. */
const opaque: Readonly<Record<string, readonly string[]>> = {
  inet: ['10.0.0.1', '10.0.0.2', '::1'],
  cidr: ['10.0.0.0/8', '10.1.0.0/16'],
  macaddr: ['08:00:2b:01:02:03', '08:00:2b:01:02:04'],
  xml: ['<a/>', '<b/>'],
  int4range: ['[1,5)', '[2,9)', 'empty'],
};

const objectIds = ['0123456789abcdef01234567', '0123456789abcdef01234568'];

/** At least one for every type but an enum without labels; every one fits the column, and what its rule works on. */
export function valuesOf(type: ColumnType, rule?: string): readonly string[] {
  switch (type.kind) {
    case 'array':
      return arraysOf(type.element as ColumnType);
    case 'enum':
      return type.labels ?? ['a', 'b'];
    case 'opaque':
      return opaque[type.sql] ?? ['1', '2', '3'];
    case 'json':
    case 'jsonb':
      return jsonsOfRule[rule ?? ''] ?? jsons;
    default: {
      const wished = type.document === 'objectId' ? objectIds : scalars[type.kind];
      return [...new Set(wished.flatMap((text) => scalarFrom(type, text) ?? []))];
    }
  }
}

function arraysOf(element: ColumnType): readonly string[] {
  const [a = null, b = a, c = b] = valuesOf(element).slice(-3);
  return [[], [a], [a, b], [b, c], [c, a], [a, b, c], [b, b], [a, null]].map(writeArray);
}
