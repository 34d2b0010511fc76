/** MongoDB's own order of `_id` values, for the types that an `_id` can have. Must not know keys or entities. */

import Big from 'big.js';
import { type Binary, BSON, type ObjectId, type Timestamp } from 'mongodb';

/** The places of the types in the order, as the server has them. */
const rank = {
  minKey: 0,
  null: 2,
  number: 3,
  string: 4,
  object: 5,
  binary: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  timestamp: 10,
  other: 11,
  maxKey: 12,
} as const;

/** Negative, zero or positive, as `a` comes before, with or after `b`. Values are the driver's, documents are Maps or objects. */
export function compareValues(a: unknown, b: unknown): number {
  const [rankA, rankB] = [rankOf(a), rankOf(b)];
  if (rankA !== rankB) return rankA - rankB;
  switch (rankA) {
    case rank.number:
      return compareNumbers(a, b);
    case rank.string:
      return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
    case rank.object:
      return compareDocuments(a as object, b as object);
    case rank.binary:
      return compareBinaries(a as Binary, b as Binary);
    case rank.objectId:
      return compareText((a as ObjectId).toHexString(), (b as ObjectId).toHexString());
    case rank.bool:
      return Number(a) - Number(b);
    case rank.date:
      return (a as Date).getTime() - (b as Date).getTime();
    case rank.timestamp:
      return (a as Timestamp).comp(b as Timestamp);
    default:
      return compareText(BSON.EJSON.stringify(a), BSON.EJSON.stringify(b));
  }
}

function rankOf(value: unknown): number {
  if (value === null || value === undefined) return rank.null;
  if (typeof value === 'number' || typeof value === 'bigint') return rank.number;
  if (typeof value === 'string') return rank.string;
  if (typeof value === 'boolean') return rank.bool;
  if (value instanceof Date) return rank.date;
  switch ((value as { _bsontype?: string })._bsontype) {
    case undefined:
      return rank.object;
    case 'Int32':
    case 'Long':
    case 'Double':
    case 'Decimal128':
      return rank.number;
    case 'BSONSymbol':
      return rank.string;
    case 'Binary':
    case 'UUID':
      return rank.binary;
    case 'ObjectId':
      return rank.objectId;
    case 'Timestamp':
      return rank.timestamp;
    case 'MinKey':
      return rank.minKey;
    case 'MaxKey':
      return rank.maxKey;
    default:
      return rank.other;
  }
}

/** NaN is the smallest number. */
function compareNumbers(a: unknown, b: unknown): number {
  const [textA, textB] = [String(a), String(b)];
  const [floatA, floatB] = [Number(textA), Number(textB)];
  if (Number.isNaN(floatA) || Number.isNaN(floatB)) return Number(Number.isNaN(floatB)) - Number(Number.isNaN(floatA));
  if (!Number.isFinite(floatA) || !Number.isFinite(floatB) || Math.abs(floatA - floatB) > Math.abs(floatA) * 1e-9)
    return floatA < floatB ? -1 : floatA > floatB ? 1 : 0;
  return new Big(textA).cmp(textB);
}

function compareDocuments(a: object, b: object): number {
  const [fieldsA, fieldsB] = [fieldsOf(a), fieldsOf(b)];
  for (let i = 0; i < fieldsA.length && i < fieldsB.length; i++) {
    const [nameA, valueA] = fieldsA[i] as [string, unknown];
    const [nameB, valueB] = fieldsB[i] as [string, unknown];
    const order = rankOf(valueA) - rankOf(valueB) || compareValues(nameA, nameB) || compareValues(valueA, valueB);
    if (order !== 0) return order;
  }
  return fieldsA.length - fieldsB.length;
}

function fieldsOf(document: object): [string, unknown][] {
  return document instanceof Map ? [...(document as Map<string, unknown>)] : Object.entries(document);
}

/** By length, then subtype, then bytes. */
function compareBinaries(a: Binary, b: Binary): number {
  const [bytesA, bytesB] = [a.value(), b.value()];
  return bytesA.length - bytesB.length || a.sub_type - b.sub_type || Buffer.compare(bytesA, bytesB);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
