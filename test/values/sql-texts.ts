/** Random texts that PostgreSQL reads as values of a type. The server prints them in its own way before they are used. */
import fc from 'fast-check';
import type { ColumnType } from '../../src/model/entity.js';

const digits = (min: number, max: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[0-9]{${min},${max}}$`));
const two = (max: number, min = 0): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((n) => String(n).padStart(2, '0'));
const integer = (bits: bigint): fc.Arbitrary<string> =>
  fc.oneof(
    fc.bigInt({ min: -(2n ** bits), max: 2n ** bits - 1n }).map(String),
    fc.integer({ min: -99, max: 99 }).map(String),
  );

const text = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.string({ maxLength: 5 }),
    fc.constant('NULL'),
  )
  .filter((each) => !each.includes('\u0000') && !/\p{Surrogate}/u.test(each));

const decimal = fc.oneof(
  fc.tuple(fc.constantFrom('', '-'), digits(1, 36), digits(0, 20)).map(([sign, a, b]) => `${sign}${a}.${b}0`),
  fc.tuple(fc.constantFrom('', '-'), digits(1, 6), digits(0, 4)).map(([sign, a, b]) => `${sign}${a}.${b}0`),
  fc.tuple(digits(1, 5), fc.integer({ min: -300, max: 300 })).map(([a, e]) => `${a}e${e}`),
  fc.constantFrom('NaN', '0', '-0.00', '0.1'),
);

const year = fc.oneof(
  fc.integer({ min: 1, max: 9999 }),
  fc.integer({ min: 1900, max: 2100 }),
  fc.integer({ min: 1, max: 290_000 }),
);
const day = fc.tuple(year, two(12, 1), two(28, 1)).map(([y, m, d]) => `${String(y).padStart(4, '0')}-${m}-${d}`);
const bcDay = fc
  .tuple(fc.integer({ min: 1, max: 4713 }), two(12, 1), two(28, 1))
  .map(([y, m, d]) => `${String(y).padStart(4, '0')}-${m}-${d}`);
const fraction = fc.oneof(
  fc.constant(''),
  digits(1, 6).map((d) => `.${d}`),
);
const clock = fc.oneof(
  fc.tuple(two(23), two(59), two(59), fraction).map(([h, m, s, f]) => `${h}:${m}:${s}${f}`),
  fc.constant('24:00:00'),
);
const instant = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(day, clock).map(([d, t]) => `${d} ${t}`) },
  { weight: 1, arbitrary: fc.tuple(bcDay, clock).map(([d, t]) => `${d} ${t} BC`) },
  { weight: 1, arbitrary: fc.constantFrom('infinity', '-infinity') },
);
const zone = fc
  .tuple(fc.constantFrom('+', '-'), two(14), fc.constantFrom('', ':30', ':45', ':30:15'))
  .map(([s, h, m]) => s + h + m);

const units = fc.integer({ min: -5000, max: 5000 });
const interval = fc
  .tuple(
    fc.array(fc.tuple(units, fc.constantFrom('years', 'months', 'weeks', 'days', 'hours', 'minutes')), {
      maxLength: 4,
    }),
    units,
    fraction,
  )
  .map(([parts, s, f]) => `${parts.map(([n, unit]) => `${n} ${unit}`).join(' ')} ${s}${f} seconds`);

const jsonText = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc
    .array(
      fc.tuple(
        text,
        decimal.filter((d) => d !== 'NaN').map((d) => d.replace(/^(-?)0+(?=\d)/, '$1').replace(/\.(?=e|$)/, '')),
      ),
    )
    .map((entries) => `{${entries.map(([k, v]) => `${JSON.stringify(k)} : ${v}`).join(', ')}}`),
  fc.constantFrom(
    'null',
    '9007199254740993',
    '{"a":1,"a":2}',
    '{"10":1,"9":2,"__proto__":{"x":null}}',
    '{"$oid":"0123456789abcdef01234567"}',
  ),
);

/** Not every text is a value of the type (a varchar may be too long): the server decides. */
export function sqlText(type: ColumnType): fc.Arbitrary<string> {
  switch (type.kind) {
    case 'bool':
      return fc.constantFrom('true', 'false');
    case 'int2':
      return integer(15n);
    case 'int4':
      return integer(31n);
    case 'int8':
      return integer(63n);
    case 'float4':
      return fc.float().map(String);
    case 'float8':
      return fc.double().map(String);
    case 'numeric':
      return decimal;
    case 'timestamptz':
    case 'timestamp':
      return instant;
    case 'date':
      return fc.oneof(
        day,
        bcDay.map((d) => `${d} BC`),
        fc.constantFrom('infinity', '-infinity', '5874897-12-31'),
      );
    case 'time':
      return clock;
    case 'timetz':
      return fc.tuple(clock, zone).map(([t, z]) => t + z);
    case 'interval':
      return interval;
    case 'uuid':
      return fc.uuid();
    case 'bytea':
      return fc.uint8Array({ maxLength: 20 }).map((b) => `\\x${Buffer.from(b).toString('hex')}`);
    case 'json':
    case 'jsonb':
      return jsonText;
    case 'enum':
      return fc.constantFrom(...(type.labels ?? ['']));
    case 'array':
      return arrayText(type.element as ColumnType);
    default:
      return type.document === 'objectId' ? fc.stringMatching(/^[0-9a-f]{24}$/) : text;
  }
}

function arrayText(element: ColumnType): fc.Arbitrary<string> {
  const item = fc.oneof(
    { weight: 8, arbitrary: sqlText(element).map((each) => `"${each.replace(/["\\]/g, '\\$&')}"`) },
    { weight: 1, arbitrary: fc.constant('NULL') },
  );
  const list = (n: number): fc.Arbitrary<string> =>
    fc.array(item, { minLength: n, maxLength: n }).map((items) => `{${items.join(',')}}`);
  const grid = fc
    .integer({ min: 1, max: 3 })
    .chain((n) => fc.array(list(n), { minLength: 1, maxLength: 3 }))
    .map((rows) => `{${rows.join(',')}}`);
  return fc.oneof(
    fc.nat({ max: 4 }).chain(list),
    grid,
    list(2).map((each) => `[0:1]=${each}`),
  );
}
