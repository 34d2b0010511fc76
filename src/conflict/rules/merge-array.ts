/** The rule `merge_array`: three-way union of arrays and of JSON arrays. Pure. */
import { type CanonicalArray, readArray, writeArray } from '../../model/canonical.js';
import { type JsonNode, parseJson, printJson } from '../../model/canonical-json.js';
import type { Value } from '../../model/record.js';
import type { DecideField, FieldAnswer, FieldCase } from '../field-case.js';
import { mergeLists } from './merge-lists.js';

/** Null is a list without elements; it stays null where nothing is left and a side has null. */
export const mergeArray: DecideField = (one) => {
  return one.field.type.kind === 'array' ? mergeColumn(one) : mergeJson(one);
};

function mergeColumn(one: FieldCase): FieldAnswer {
  const read = (value: Value): CanonicalArray => (value === null ? [] : readArray(value));
  const lists = { base: read(one.base), sql: read(one.sql), mongodb: read(one.mongodb) };
  const merged = mergeLists(lists, (element) => JSON.stringify(element));
  return { decided: true, value: isNothing(one, merged) ? null : writeArray(merged) };
}

function mergeJson(one: FieldCase): FieldAnswer {
  const [base, sql, mongodb] = [one.base, one.sql, one.mongodb].map(readList);
  if (sql == null || mongodb == null)
    return { decided: false, reason: 'a side holds JSON that is no array, so that the arrays cannot be merged' };
  const merged = mergeLists<JsonNode>({ base: base ?? [], sql, mongodb }, printJson);
  return { decided: true, value: isNothing(one, merged) ? null : printJson(merged) };
}

/** Null: not an array. */
function readList(value: Value): readonly JsonNode[] | null {
  if (value === null) return [];
  const node = parseJson(value);
  return Array.isArray(node) ? (node as readonly JsonNode[]) : null;
}

function isNothing(one: FieldCase, merged: readonly unknown[]): boolean {
  return merged.length === 0 && (one.sql === null || one.mongodb === null);
}
