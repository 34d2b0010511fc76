/** What modules and people see of a value says all of it: plain JSON data goes back to the same canonical value, for every type. */
import fc from 'fast-check';
import { BSON } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { isCanonical } from '../../src/conflict/fits-column.js';
import { plainValue, valueOfPlain } from '../../src/conflict/plain-value.js';
import type { Value } from '../../src/model/record.js';
import { isRefused } from '../../src/model/refusal.js';
import { bsonCodec } from '../../src/mongodb/types.js';
import { bsonValue } from './bson-values.js';
import { nameOf, triedTypes } from './types.js';

const cases = Number(process.env['VALUE_CASES'] ?? 3000);
const seed = Number(process.env['VALUE_SEED'] ?? Date.now() % 1_000_000);

describe.each(triedTypes.map(({ type, declared }) => ({ name: nameOf({ type, declared }), type })))(
  '$name',
  ({ type }) => {
    const codec = bsonCodec(type);
    const canonical = (value: unknown): Value => {
      const bytes = Buffer.from(BSON.serialize({ v: value }, { ignoreUndefined: false }));
      return codec.fromBson(bytes[4] as number, bytes, 7, bytes.length - 1);
    };

    it('comes back through JSON text, and is what the column is said to hold', () => {
      const values = fc.sample(bsonValue(type), { seed, numRuns: cases }).map(canonical);
      const crossing = values.filter((value): value is string => value !== null && !isRefused(value));
      expect(crossing.length, 'values that cross').toBeGreaterThan(cases / 50);
      for (const value of crossing) {
        const plain: unknown = JSON.parse(JSON.stringify(plainValue(type, value)));
        const back = valueOfPlain(type, plain);
        expect(back, `replay with VALUE_SEED=${seed}`).toEqual({ ok: true, value });
        expect(isCanonical(type, value), `replay with VALUE_SEED=${seed}: ${value}`).toBe(true);
      }
    });
  },
);
