/** Random values as a document may hold them: the usual ones of a column's kind, and any other. */

import fc from 'fast-check';
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb';
import type { ColumnType } from '../../src/model/entity.js';
import { sqlText } from './sql-texts.js';

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const decimal = fc
  .oneof(
    fc.tuple(fc.bigInt({ min: -(10n ** 34n - 1n), max: 10n ** 34n - 1n }), fc.integer({ min: -6176, max: 6111 })),
    fc.tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: -8, max: 4 })),
  )
  .map(([digits, exponent]) => Decimal128.fromString(`${digits}E${exponent}`));

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ maxLength: 7 }),
);

const number: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer().map((x) => new Int32(x)),
  fc.integer({ min: -40, max: 40 }).map((x) => new Int32(x)),
  long.map((x) => Long.fromBigInt(x)),
  fc.double().map((x) => new Double(x)),
  fc.float().map((x) => new Double(x)),
  fc.integer({ min: -99_999, max: 99_999 }).map((x) => new Double(x / 100)),
  decimal,
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '-0', '0E-6176', '1E+6144').map((x) => Decimal128.fromString(x)),
);

const instant = fc
  .oneof(
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    fc.integer({ min: -2e12, max: 4e12 }),
    fc.integer({ min: -60_000, max: 60_000 }).map((day) => day * 86_400_000),
  )
  .map((ms) => new Date(ms));

const count = fc.oneof(fc.integer({ min: -100, max: 100 }), fc.integer());
const part = (unit: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant(''),
    count.map((n) => `${n}${unit}`),
  );
const seconds = fc.oneof(
  fc.constant(''),
  fc.tuple(fc.integer({ min: -9999, max: 9999 }), fc.nat({ max: 999_999 })).map(([s, f]) => `${s}.${f}S`),
);
/** ISO 8601, mostly not as PostgreSQL would print it. */
const isoInterval = fc
  .tuple(
    part('Y'),
    part('M'),
    part('W'),
    part('D'),
    fc.tuple(part('H'), part('M'), seconds).map((each) => each.join('')),
  )
  .map(([y, m, w, d, time]) => `P${y}${m}${w}${d}${time === '' ? '' : `T${time}`}`);

const bytes = fc.uint8Array({ maxLength: 20 });

const scalar: fc.Arbitrary<unknown> = fc.oneof(
  number,
  anyText,
  instant,
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((b) => new UUID(b)),
  fc.tuple(bytes, fc.constantFrom(0, 0, 0, 5, 128)).map(([b, subtype]) => new Binary(b, subtype)),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((b) => new ObjectId(b)),
);

const rare: fc.Arbitrary<unknown> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat()).map(([t, i]) => new Timestamp({ t, i })),
  fc.constantFrom(
    new MinKey(),
    new MaxKey(),
    new Code('x'),
    new BSONSymbol('x'),
    new BSONRegExp('a.b', 'mi'),
    new Code('x', {}),
  ),
  fc.constantFrom(undefined, new Binary(new Uint8Array(20), 2)),
);

const key = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 4 }).filter((text) => !text.includes('\u0000')),
  fc.constantFrom(
    '',
    '1',
    '10',
    '9',
    '__proto__',
    'a.b',
    '$x',
    '$oid',
    '$date',
    'constructor',
    '_bsontype',
    'toString',
  ),
);

const nested: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 6, arbitrary: scalar },
    { weight: 1, arbitrary: rare },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
    {
      weight: 3,
      arbitrary: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
    },
  ),
})).value;

/** What a field of this type may hold: mostly what suits it, sometimes anything. */
export function bsonValue(type: ColumnType): fc.Arbitrary<unknown> {
  if (type.kind === 'json' || type.kind === 'jsonb') return nested;
  if (type.kind === 'array' && type.element !== undefined) return arrayValue(type.element);
  return fc.oneof(
    { weight: 6, arbitrary: native(type) },
    { weight: 2, arbitrary: sqlText(type) },
    { weight: 1, arbitrary: fc.oneof(scalar, rare, nested) },
  );
}

function arrayValue(element: ColumnType): fc.Arbitrary<unknown> {
  const item = fc.oneof({ weight: 8, arbitrary: native(element) }, { weight: 1, arbitrary: fc.constant(null) });
  const grid = fc
    .nat({ max: 3 })
    .chain((n) => fc.array(fc.array(item, { minLength: n, maxLength: n }), { maxLength: 3 }));
  return fc.oneof(fc.array(item, { maxLength: 5 }), fc.array(item, { maxLength: 5 }), grid, nested);
}

function native(type: ColumnType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'bool':
      return fc.boolean();
    case 'int2':
    case 'int4':
    case 'int8':
    case 'float4':
    case 'float8':
    case 'numeric':
      return number;
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return instant;
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map((b) => new UUID(b));
    case 'bytea':
      return bytes.map((b) => new Binary(b, 0));
    case 'json':
    case 'jsonb':
      return nested;
    case 'interval':
      return isoInterval;
    case 'text':
    case 'varchar':
    case 'char':
    case 'citext':
      return anyText;
    default:
      return sqlText(type);
  }
}
