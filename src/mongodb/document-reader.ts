/**
 * Makes canonical states and keys of a collection's raw documents, by a plan compiled once for the entity. No JavaScript object is built on the way:
 * objects lose far dates, duplicate keys and the order of integer-like names. Must not know where the bytes come from.
 */
import type { Entity } from '../model/entity.js';
import { encodeKey } from '../model/key.js';
import type { Value } from '../model/record.js';
import { isRefused, readRefusal, refuse } from '../model/refusal.js';
import { bsonKind, elements, extendedJson, findElement, nameEnd, readInt32, valueEnd } from './bson-walk.js';

import { type BsonCodec, bsonCodec, keyCodec } from './types.js';

/** Slots of elements that are no mapped field. */
const unmapped = -1;
const identity = -2;

/** Documents of a collection mostly have the same fields in the same order: what the last one taught is tried first. */
const layoutLimit = 1000;

interface Expected {
  readonly name: Buffer;
  readonly slot: number;
}

export interface DocumentRecord {
  readonly key: string;
  readonly state: readonly Value[];
}

export class DocumentReader {
  private readonly codecs: readonly BsonCodec[];
  private readonly keyCodecs: readonly BsonCodec[];
  private readonly slots = new Map<string, number>([['_id', identity]]);
  private readonly layout: Expected[] = [];
  /** The turn in which a slot was last filled: finds a field that a document has twice. */
  private readonly filled: Int32Array;
  private turn = 0;
  private idKind = 0;
  private idStart = 0;
  private idEnd = 0;

  constructor(readonly entity: Entity) {
    this.codecs = entity.fields.map((field) => bsonCodec(field.type));
    this.keyCodecs = entity.key.map((field) => keyCodec(field.type));
    for (const [slot, field] of entity.fields.entries()) this.slots.set(field.field, slot);
    this.filled = new Int32Array(entity.fields.length);
  }

  /** The record of the document that starts at `at`. */
  record(bytes: Buffer, at: number): DocumentRecord {
    const state = this.state(bytes, at);
    if (this.idKind === 0) throw new RangeError('a document without _id');
    return { key: this.key(this.idKind, bytes, this.idStart, this.idEnd), state };
  }

  /** The mapped fields of the document that starts at `at`. */
  state(bytes: Buffer, at: number): readonly Value[] {
    const values: Value[] = new Array<Value>(this.codecs.length).fill(null);
    const last = at + readInt32(bytes, at) - 1;
    this.turn = (this.turn + 1) | 0;
    this.idKind = 0;
    let position = at + 4;
    for (let index = 0; position < last; index++) {
      const kind = bytes[position] as number;
      const expected = this.expect(bytes, position + 1, index);
      const start = position + 2 + expected.name.length;
      const end = valueEnd(bytes, kind, start);
      if (expected.slot >= 0) this.fill(values, expected.slot, kind, bytes, start, end);
      else if (expected.slot === identity) this.noteIdentity(kind, start, end);
      position = end;
    }
    return values;
  }

  /** The key of a record by the value of its `_id`; a refused one keeps the `_id` as canonical extended JSON. */
  key(kind: number, bytes: Buffer, start: number, end: number): string {
    const first = this.keyCodecs[0] as BsonCodec;
    const key =
      this.keyCodecs.length > 1 ? this.compositeKey(kind, bytes, start) : first.fromBson(kind, bytes, start, end);
    if (key === null)
      return refuse({
        kind: 'type_mismatch',
        reason: 'a key must not be null',
        image: extendedJson(kind, bytes, start, end),
      });
    return isRefused(key) ? refuse({ ...readRefusal(key), image: extendedJson(kind, bytes, start, end) }) : key;
  }

  /** The key in a document that holds `_id`, such as an event's `documentKey`. */
  keyOf(bytes: Buffer, at: number): string {
    const id = findElement(bytes, at, '_id');
    if (id === null) throw new RangeError('a document without _id');
    return this.key(id.kind, bytes, id.start, id.end);
  }

  private compositeKey(kind: number, bytes: Buffer, at: number): string {
    const expected = this.entity.key;
    if (kind !== bsonKind.document)
      return refuse({ kind: 'structural', reason: 'the key must be a document', image: '' });
    const parts: string[] = [];
    for (const element of elements(bytes, at)) {
      const index = parts.length;
      if (element.name !== expected[index]?.field)
        return refuse({
          kind: 'structural',
          reason: 'the key must have the fields of the primary key in its order',
          image: '',
        });
      const part = (this.keyCodecs[index] as BsonCodec).fromBson(element.kind, bytes, element.start, element.end);
      if (part === null) return refuse({ kind: 'type_mismatch', reason: 'a part of the key is null', image: '' });
      if (isRefused(part)) return part;
      parts.push(part);
    }
    if (parts.length < expected.length)
      return refuse({ kind: 'structural', reason: 'a part of the key is missing', image: '' });
    return encodeKey(parts);
  }

  private noteIdentity(kind: number, start: number, end: number): void {
    this.idKind = kind;
    this.idStart = start;
    this.idEnd = end;
  }

  private fill(values: Value[], slot: number, kind: number, bytes: Buffer, start: number, end: number): void {
    const value =
      kind === bsonKind.null || kind === bsonKind.undefined
        ? null
        : (this.codecs[slot] as BsonCodec).fromBson(kind, bytes, start, end);
    if (this.filled[slot] === this.turn) {
      // BSON allows a name twice, and readers differ in which one they take: neither may cross unseen.
      values[slot] = refuse({
        kind: 'structural',
        reason: 'the document has this field more than once',
        image: JSON.stringify([values[slot], value]),
      });
      return;
    }
    this.filled[slot] = this.turn;
    values[slot] = value;
  }

  /** What stands at this place: the layout's guess if its name is there, else looked up and learned. */
  private expect(bytes: Buffer, at: number, index: number): Expected {
    const guess = this.layout[index];
    if (guess !== undefined && nameIs(bytes, at, guess.name)) return guess;
    const end = nameEnd(bytes, at);
    const found = {
      name: Buffer.from(bytes.subarray(at, end)),
      slot: this.slots.get(bytes.toString('utf8', at, end)) ?? unmapped,
    };
    if (index < layoutLimit) this.layout[index] = found;
    return found;
  }
}

function nameIs(bytes: Buffer, at: number, name: Buffer): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return false;
  return bytes[at + name.length] === 0;
}
