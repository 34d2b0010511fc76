/**
 * The rule `counter`: the ancestor plus what each side added to it. Exact: integers and numeric as they are, floats by
 * their shortest decimal texts, rounded once at the end, so that 0.1 + 0.2 is 0.3. Pure.
 */
import Big from 'big.js';
import { type JsonNode, JsonNumber, parseJson } from '../../model/canonical-json.js';
import {
  fitsDecimal128,
  fitsInteger,
  fitsNumeric,
  float4Text,
  floatText,
  trimDecimal,
} from '../../model/canonical-number.js';
import { fitsDocument } from '../../model/canonical-string.js';
import type { ColumnType } from '../../model/entity.js';
import type { Value } from '../../model/record.js';
import { joinStored, saysCrdt } from '../crdt/join-stored.js';
import type { DecideField, FieldAnswer } from '../field-case.js';

/**
 * An ancestor of null counts as 0. A side that is null was cleared, which no sum can express: a person decides, as where a
 * value is NaN or infinite, or where the column does not hold the sum. Equal values are two changes: 5 → 6 on both sides is 7.
 */
export const decideCounter: DecideField = (one) => {
  // What one side alone changed stands, whatever it is.
  if (one.sql === one.base) return { decided: true, value: one.mongodb };
  if (one.mongodb === one.base) return { decided: true, value: one.sql };
  if (one.sql === null || one.mongodb === null)
    return undecided('one side cleared the counter and the other counted on');
  const values = { base: one.base, sql: one.sql, mongodb: one.mongodb };
  const { kind } = one.field.type;
  return kind === 'json' || kind === 'jsonb' ? countJson(values) : count(one.field.type, values);
};

interface Counted {
  readonly base: Value;
  readonly sql: string;
  readonly mongodb: string;
}

function count(type: ColumnType, values: Counted): FieldAnswer {
  const sum = sumOf(values);
  if (sum === undefined) return undecided('a value is no finite number');
  const value = columnValue(type, sum);
  return value === undefined
    ? undecided(`${type.sql} does not hold the sum of both sides’ changes`)
    : { decided: true, value };
}

/** Plain decimal; undefined: one of them is NaN or infinite. */
function sumOf({ base, sql, mongodb }: Counted): string | undefined {
  const numbers = [sql, mongodb, base ?? '0'];
  if (numbers.some((text) => text.endsWith('N') || text.endsWith('y'))) return undefined;
  const [left, right, before] = numbers.map((text) => new Big(text)) as [Big, Big, Big];
  return trimDecimal(left.plus(right).minus(before).toFixed());
}

/** The sum as the column's canonical value; undefined: it does not fit. */
function columnValue(type: ColumnType, sum: string): string | undefined {
  switch (type.kind) {
    case 'int2':
    case 'int4':
    case 'int8':
      return fitsInteger(type.kind, sum) ? sum : undefined;
    case 'numeric':
      return fitsNumeric(type, sum) && fitsDocument(type, sum) ? sum : undefined;
    case 'float8':
      return Number.isFinite(Number(sum)) ? floatText(Number(sum)) : undefined;
    case 'float4':
      return Number.isFinite(Math.fround(Number(sum))) ? float4Text(Number(sum)) : undefined;
    default:
      return undefined;
  }
}

function countJson(values: Counted): FieldAnswer {
  const [sql, mongodb] = [parseJson(values.sql), parseJson(values.mongodb)];
  if (saysCrdt(sql) || saysCrdt(mongodb)) return joinStored({ sql, mongodb, kinds: ['g_counter', 'pn_counter'] });
  if (![sql, mongodb, parseJson(values.base ?? '0')].every(isNumber))
    return undecided('the JSON values are neither numbers nor CRDT counters');
  const sum = sumOf(values);
  return sum !== undefined && fitsDecimal128(sum)
    ? { decided: true, value: sum }
    : undecided('Decimal128 does not hold the sum of both sides’ changes');
}

function isNumber(node: JsonNode): node is JsonNumber {
  return node instanceof JsonNumber;
}

function undecided(reason: string): FieldAnswer {
  return { decided: false, reason };
}
