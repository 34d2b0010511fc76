/** BSON values that JSON lacks, as canonical extended JSON with sorted keys, and back. Must not know which column they are for. */
import { Binary, BSONRegExp, Code, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'mongodb';
import { type JsonNode, JsonNumber, JsonProblem } from '../model/canonical-json.js';
import { bsonKind, nameEnd, readInt32 } from './bson-walk.js';
import type { RawValue } from './types-codec.js';
import { readDateMs, readNumber, readString, readUtf8 } from './types-read.js';

const regex = 11;
const code = 13;
const minKey = 255;
const maxKey = 127;

/** Throws `JsonProblem` for deprecated types and for what the driver could not write back. */
export function readSpecial(raw: RawValue): string {
  const { kind, bytes, start, end } = raw;
  switch (kind) {
    case bsonKind.objectId:
      return `{"$oid":"${bytes.toString('hex', start, start + 12)}"}`;
    case bsonKind.date:
      return dateText(readDateMs(bytes, start));
    case bsonKind.binary:
      return binaryText(bytes, start, end);
    case bsonKind.timestamp:
      return `{"$timestamp":{"i":${readInt32(bytes, start) >>> 0},"t":${readInt32(bytes, start + 4) >>> 0}}}`;
    case bsonKind.double:
      return `{"$numberDouble":"${readNumber(kind, bytes, start) as string}"}`;
    case bsonKind.decimal:
      return `{"$numberDecimal":"${readNumber(kind, bytes, start) as string}"}`;
    case regex:
      return regexText(bytes, start);
    case code:
      return `{"$code":${JSON.stringify(valid(readString(bytes, start, end)))}}`;
    case minKey:
      return '{"$minKey":1}';
    case maxKey:
      return '{"$maxKey":1}';
    default:
      throw new JsonProblem('it holds a deprecated BSON type (undefined, symbol, DBPointer or code with scope)');
  }
}

function dateText(ms: number): string {
  if (Math.abs(ms) <= 8.64e15) return `{"$date":{"$numberLong":"${ms}"}}`;
  throw new JsonProblem('it holds a date that is too far away');
}

function binaryText(bytes: Buffer, start: number, end: number): string {
  const subtype = bytes[start + 4] as number;
  if (subtype === 2) throw new JsonProblem('it holds binary data of the deprecated subtype 2');
  return `{"$binary":{"base64":"${bytes.toString('base64', start + 5, end)}","subType":"${subtype.toString(16).padStart(2, '0')}"}}`;
}

function regexText(bytes: Buffer, start: number): string {
  const stop = nameEnd(bytes, start);
  const pattern = valid(readUtf8(bytes, start, stop));
  const options = [...valid(readUtf8(bytes, stop + 1, nameEnd(bytes, stop + 1)))].sort().join('');
  if (!/^i?l?m?s?u?x?$/.test(options)) throw new JsonProblem('it holds a regular expression with unknown options');
  return `{"$regularExpression":{"options":"${options}","pattern":${JSON.stringify(pattern)}}}`;
}

function valid(text: string | undefined): string {
  if (text === undefined) throw new JsonProblem('it holds text that is not valid UTF-8, or the character NUL');
  return text;
}

/** The BSON value that a document spells exactly as `readSpecial` would; undefined: it is an ordinary document. */
export function specialOf(node: JsonNode): unknown {
  if (!(node instanceof Map) || node.size !== 1) return undefined;
  const [key, value] = [...(node as ReadonlyMap<string, JsonNode>)][0] as [string, JsonNode];
  if (typeof value === 'string') return ofString(key, value);
  if (value instanceof JsonNumber) return ofNumber(key, value.text);
  return value instanceof Map ? ofDocument(key, value as ReadonlyMap<string, JsonNode>) : undefined;
}

function ofString(key: string, text: string): unknown {
  if (key === '$oid') return /^[0-9a-f]{24}$/.test(text) ? new ObjectId(text) : undefined;
  if (key === '$code') return new Code(text);
  if (text !== 'NaN' && text !== 'Infinity' && text !== '-Infinity') return undefined;
  if (key === '$numberDouble') return new Double(Number(text));
  return key === '$numberDecimal' ? Decimal128.fromString(text) : undefined;
}

function ofNumber(key: string, text: string): unknown {
  if (text !== '1') return undefined;
  if (key === '$minKey') return new MinKey();
  return key === '$maxKey' ? new MaxKey() : undefined;
}

function ofDocument(key: string, inner: ReadonlyMap<string, JsonNode>): unknown {
  const first = inner.values().next().value;
  if (key === '$date') return inner.size === 1 ? dateOf(inner.get('$numberLong')) : undefined;
  if (inner.size !== 2 || first === undefined) return undefined;
  if (key === '$binary') return binaryOf(inner.get('base64'), inner.get('subType'));
  if (key === '$timestamp') return timestampOf(inner.get('t'), inner.get('i'));
  return key === '$regularExpression' ? regexOf(inner.get('pattern'), inner.get('options')) : undefined;
}

function dateOf(ms: JsonNode | undefined): unknown {
  if (typeof ms !== 'string' || String(Number(ms)) !== ms || ms === '-0') return undefined;
  return Math.abs(Number(ms)) <= 8.64e15 && Number.isInteger(Number(ms)) ? new Date(Number(ms)) : undefined;
}

function binaryOf(base64: JsonNode | undefined, subtype: JsonNode | undefined): unknown {
  if (typeof base64 !== 'string' || typeof subtype !== 'string' || !/^[0-9a-f]{2}$/.test(subtype) || subtype === '02')
    return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? new Binary(bytes, Number.parseInt(subtype, 16)) : undefined;
}

function timestampOf(t: JsonNode | undefined, i: JsonNode | undefined): unknown {
  if (!(t instanceof JsonNumber) || !(i instanceof JsonNumber)) return undefined;
  const isUint32 = (text: string): boolean => String(Number(text) >>> 0) === text;
  if (!isUint32(t.text) || !isUint32(i.text)) return undefined;
  return new Timestamp(Long.fromBits(Number(i.text) | 0, Number(t.text) | 0, true));
}

function regexOf(pattern: JsonNode | undefined, options: JsonNode | undefined): unknown {
  if (typeof pattern !== 'string' || typeof options !== 'string' || !/^i?l?m?s?u?x?$/.test(options)) return undefined;
  return new BSONRegExp(pattern, options);
}
