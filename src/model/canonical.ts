/**
 * The canonical form of each column type: one string for all values that mean the same on both sides. Must not know
 * a driver: reading a row's text is `postgres/types.ts`, reading BSON is `mongodb/types.ts`; what both need stands in `canonical-*.ts`.
 *
 * | kind | canonical | document (also accepted) | kept out, as a refused value |
 * |---|---|---|---|
 * | bool | `true`, `false` | Boolean ('true', 'false') | |
 * | int2, int4, int8 | decimal digits | Int32, Long (any number or string that is this integer) | out of range, fractions |
 * | numeric | plain decimal, no trailing zeros, `NaN`, `Infinity` | Decimal128 (any number, decimal string) | over 34 digits; what precision and scale would round |
 * | float8 | shortest text, `0` for -0 | Double (any number it holds exactly) | numbers that a double would round |
 * | float4 | shortest text that is this float | Double of that text (its exact value) | doubles that a float4 would round |
 * | text, varchar, citext | itself | String (number, Boolean, ObjectId, Date: their text) | NUL, invalid UTF-8, too long |
 * | char | without trailing spaces | the same | the same |
 * | timestamptz, timestamp | `2024-01-02T03:04:05.678Z`, further digits cut (here and by `precision`) | Date (ISO string) | infinity, what Date or PostgreSQL cannot hold |
 * | date | as printed: `2024-01-02`, `0044-03-15 BC`, `infinity` | String (Date at midnight UTC) | no such day |
 * | time, timetz | as printed: `03:04:05.678`, `24:00:00`, `03:04:05+05:30` | String | no such time |
 * | interval | ISO 8601 as printed: `P1Y2M3DT4H5M6.789S` | String | fractions other than of seconds |
 * | uuid | lower case | Binary 4 (string) | the old subtype 3: its byte order is not known |
 * | bytea | hexadecimal digits | Binary 0 | other subtypes, which bytea could not give back |
 * | json, jsonb | JSON, sorted keys, plain numbers; what JSON lacks as canonical extended JSON; JSON null is null | the value | NaN in a number, NUL, lone surrogates, over 34 digits, twofold keys, deprecated types |
 * | enum | the label | String | unknown labels |
 * | opaque | the server's text | String | NUL |
 * | array | JSON array of canonical elements and null, nested for dimensions | Array | other lower bounds, ragged or empty inner arrays |
 *
 * `ColumnType.document` sets another document type: the canonical form stays, only what a document holds changes.
 */

import type { Value } from './record.js';
import { isRefused, readRefusal } from './refusal.js';

/** A canonical array: elements are canonical or null, nested once for each dimension. */
export type CanonicalArray = readonly (Value | CanonicalArray)[];

export function readArray(value: string): CanonicalArray {
  return JSON.parse(value) as CanonicalArray;
}

export function writeArray(array: CanonicalArray): string {
  return JSON.stringify(array);
}

/** The most dimensions that PostgreSQL allows. */
export const maxDimensions = 6;

/** The first refused element, for the array's own refusal. */
export function refusedElement(array: CanonicalArray): ReturnType<typeof readRefusal> | null {
  for (const element of array) {
    if (typeof element === 'string') {
      if (isRefused(element)) return readRefusal(element);
    } else if (element !== null) {
      const inner = refusedElement(element);
      if (inner !== null) return inner;
    }
  }
  return null;
}
