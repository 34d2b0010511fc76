/** JSON columns: any BSON value to canonical JSON. What JSON lacks becomes canonical extended JSON; see `types-special.ts`. */
import { Double, Int32, Long } from 'mongodb';
import { type JsonNode, JsonNumber, JsonProblem, maxDepth, parseJson, tooDeep } from '../model/canonical-json.js';
import { decimalOfNumber } from '../model/canonical-number.js';
import { bsonKind, nameEnd, valueEnd } from './bson-walk.js';
import { type BsonCodec, refuseRaw } from './types-codec.js';
import { writeDecimal } from './types-decimal.js';
import { readNumber, readString, readUtf8 } from './types-read.js';
import { readSpecial, specialOf } from './types-special.js';

export const jsonCodec: BsonCodec = {
  fromBson: (kind, bytes, start, end) => {
    try {
      return textOf(kind, bytes, start, end, 0);
    } catch (error) {
      if (!(error instanceof JsonProblem)) throw error;
      return refuseRaw({ kind, bytes, start, end }, 'type_mismatch', error.message);
    }
  },
  toBson: (value) => bsonOf(parseJson(value)),
};

function textOf(kind: number, bytes: Buffer, start: number, end: number, depth: number): string {
  switch (kind) {
    case bsonKind.string:
      return JSON.stringify(wellFormed(readString(bytes, start, end)));
    case bsonKind.document:
      return documentText(bytes, start, end, depth + 1);
    case bsonKind.array:
      return arrayText(bytes, start, end, depth + 1);
    case bsonKind.bool:
      return bytes[start] === 0 ? 'false' : 'true';
    case bsonKind.null:
      return 'null';
    default:
      return numberText(kind, bytes, start) ?? readSpecial({ kind, bytes, start, end });
  }
}

/** Undefined: no number, or one that JSON lacks. */
function numberText(kind: number, bytes: Buffer, start: number): string | undefined {
  const text = readNumber(kind, bytes, start);
  return text === undefined || text.endsWith('N') || text.endsWith('y') ? undefined : text;
}

function arrayText(bytes: Buffer, start: number, end: number, depth: number): string {
  if (depth > maxDepth) throw tooDeep();
  const items: string[] = [];
  let at = start + 4;
  while (at < end - 1) {
    const kind = bytes[at] as number;
    const from = nameEnd(bytes, at + 1) + 1;
    at = valueEnd(bytes, kind, from);
    items.push(textOf(kind, bytes, from, at, depth));
  }
  return `[${items.join(',')}]`;
}

function documentText(bytes: Buffer, start: number, end: number, depth: number): string {
  if (depth > maxDepth) throw tooDeep();
  const entries: { readonly key: string; readonly text: string }[] = [];
  let sorted = true;
  let at = start + 4;
  while (at < end - 1) {
    const kind = bytes[at] as number;
    const stop = nameEnd(bytes, at + 1);
    const key = wellFormed(readUtf8(bytes, at + 1, stop));
    at = valueEnd(bytes, kind, stop + 1);
    const last = entries[entries.length - 1];
    sorted &&= last === undefined || last.key < key;
    entries.push({ key, text: textOf(kind, bytes, stop + 1, at, depth) });
  }
  if (!sorted) sortByKey(entries);
  const text = `{${entries.map((each) => `${JSON.stringify(each.key)}:${each.text}`).join(',')}}`;
  if (entries.length === 1 && entries[0]?.key.startsWith('$')) assertOrdinary(text);
  return text;
}

function sortByKey(entries: { readonly key: string; readonly text: string }[]): void {
  entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (let i = 1; i < entries.length; i++)
    if (entries[i]?.key === entries[i - 1]?.key) throw new JsonProblem('a document in it has the same key twice');
}

/** A document that spells out extended JSON would come back as the value that it spells. */
function assertOrdinary(text: string): void {
  if (specialOf(parseJson(text)) !== undefined) throw new JsonProblem('a document in it looks like extended JSON');
}

function wellFormed(text: string | undefined): string {
  if (text === undefined) throw new JsonProblem('it holds text that is not valid UTF-8, or the character NUL');
  return text;
}

/** Documents become Maps: plain objects would reorder integer-like keys and lose `__proto__`. */
function bsonOf(node: JsonNode): unknown {
  if (node === null || typeof node === 'boolean' || typeof node === 'string') return node;
  if (node instanceof JsonNumber) return numberOf(node.text);
  if (!(node instanceof Map)) return (node as readonly JsonNode[]).map(bsonOf);
  const special = specialOf(node);
  if (special !== undefined) return special;
  const document = new Map<string, unknown>();
  for (const [key, value] of node as ReadonlyMap<string, JsonNode>) document.set(key, bsonOf(value));
  return document;
}

/** The smallest type that holds it exactly. */
function numberOf(text: string): unknown {
  const x = Number(text);
  if (!text.includes('.') && text.length <= 20) {
    if (Number.isInteger(x) && x === (x | 0)) return new Int32(x);
    const long = BigInt(text);
    if (BigInt.asIntN(64, long) === long) return Long.fromBigInt(long);
  }
  if (decimalOfNumber(x) === text) return new Double(x);
  return writeDecimal(text);
}
