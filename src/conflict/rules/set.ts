/** The rule `set`: both sides' adds and removes, on arrays, JSON arrays and stored CRDT sets. Pure. */
import { type CanonicalArray, readArray, writeArray } from '../../model/canonical.js';
import { type JsonNode, parseJson, printJson } from '../../model/canonical-json.js';
import type { Value } from '../../model/record.js';
import { joinStored, saysCrdt } from '../crdt/join-stored.js';
import type { DecideField, FieldAnswer, FieldCase } from '../field-case.js';
import { type Lists, mergeLists } from './merge-lists.js';

/**
 * An element of the ancestor stays while both sides have it; any other is in if a side has it. Elements are the same if
 * their canonical texts are. Null is the set without elements, and stays null where nothing is left and a side has null.
 * A set has no order: what stays keeps the ancestor's, then come SQL's adds, then MongoDB's. An array that held an element
 * several times keeps it as often, unless a side changed how often.
 */
export const decideSet: DecideField = (one) => {
  // What one side alone changed stands, its order too.
  if (one.sql === one.base) return { decided: true, value: one.mongodb };
  if (one.mongodb === one.base) return { decided: true, value: one.sql };
  return one.field.type.kind === 'array' ? unite(one) : uniteJson(one);
};

function unite(one: FieldCase): FieldAnswer {
  const read = (value: Value): CanonicalArray => (value === null ? [] : readArray(value));
  const lists = { base: read(one.base), sql: read(one.sql), mongodb: read(one.mongodb) };
  if ([lists.base, lists.sql, lists.mongodb].some((list) => list.some(Array.isArray)))
    return undecided('an array of several dimensions is no set');
  return decided(one, uniteLists<CanonicalArray[number]>(lists, JSON.stringify), writeArray);
}

function uniteJson(one: FieldCase): FieldAnswer {
  const [left, right] = [nodeOf(one.sql), nodeOf(one.mongodb)];
  if (saysCrdt(left) || saysCrdt(right)) {
    // Nothing is left of the tombstones there, so that a join would bring all back.
    if (left === null || right === null) return undecided('one side cleared the CRDT set and the other changed it');
    return joinStored({ sql: left, mongodb: right, kinds: ['lww_element_set', 'or_set'] });
  }
  const [base, sql, mongodb] = [listOf(nodeOf(one.base)), listOf(left), listOf(right)];
  if (base === undefined || sql === undefined || mongodb === undefined)
    return undecided('the JSON values are neither arrays nor CRDT sets');
  return decided(one, uniteLists({ base, sql, mongodb }, printJson), printJson);
}

/** Without what a side removed altogether: more of it on the other side would be no add to a set. */
function uniteLists<T>({ base, sql, mongodb }: Lists<T>, keyOf: (element: T) => string): T[] {
  const [inSql, inMongodb] = [new Set(sql.map(keyOf)), new Set(mongodb.map(keyOf))];
  const removed = new Set(base.map(keyOf).filter((key) => !inSql.has(key) || !inMongodb.has(key)));
  const rest = (list: readonly T[]): T[] => list.filter((element) => !removed.has(keyOf(element)));
  return mergeLists({ base: rest(base), sql: rest(sql), mongodb: rest(mongodb) }, keyOf);
}

function nodeOf(value: Value): JsonNode {
  return value === null ? null : parseJson(value);
}

/** Undefined: neither an array nor null. */
function listOf(node: JsonNode): readonly JsonNode[] | undefined {
  if (node === null) return [];
  return Array.isArray(node) ? (node as readonly JsonNode[]) : undefined;
}

function decided<T>(one: FieldCase, elements: readonly T[], write: (elements: readonly T[]) => string): FieldAnswer {
  const isNull = elements.length === 0 && (one.sql === null || one.mongodb === null);
  return { decided: true, value: isNull ? null : write(elements) };
}

function undecided(reason: string): FieldAnswer {
  return { decided: false, reason };
}
