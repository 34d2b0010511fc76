/** The rule `merge_object`: JSON objects merged key by key, three-way and deep. Pure. */
import { type JsonNode, JsonNumber, parseJson, printJson } from '../../model/canonical-json.js';
import type { DecideField } from '../field-case.js';
import { mergeLists } from './merge-lists.js';

type JsonMap = ReadonlyMap<string, JsonNode>;

/** Undefined: the key is not there. */
type Node = JsonNode | undefined;

/** Null is an object without keys; it stays null where no key is left and a side has null. */
export const mergeObject: DecideField = ({ base, sql, mongodb }) => {
  const sides = { sql: objectOf(sql), mongodb: objectOf(mongodb) };
  if (sides.sql === undefined || sides.mongodb === undefined)
    return { decided: false, reason: 'a side holds JSON that is no object, so that the objects cannot be merged' };
  const merged = mergeMaps(objectOf(base) ?? new Map(), sides.sql, sides.mongodb);
  const nothing = merged.size === 0 && (sql === null || mongodb === null);
  return { decided: true, value: nothing ? null : printJson(merged) };
};

function objectOf(value: string | null): JsonMap | undefined {
  if (value === null) return new Map();
  const node = parseJson(value);
  return isObject(node) ? node : undefined;
}

function mergeMaps(base: JsonMap, sql: JsonMap, mongodb: JsonMap): JsonMap {
  const merged = new Map<string, JsonNode>();
  for (const key of new Set([...sql.keys(), ...mongodb.keys()])) {
    const node = mergeNodes(base.get(key), sql.get(key), mongodb.get(key));
    if (node !== undefined) merged.set(key, node);
  }
  return merged;
}

/** What only one side changed is kept; where both did, objects and arrays go on below, and anything else is SQL's. */
function mergeNodes(base: Node, sql: Node, mongodb: Node): Node {
  if (isSame(base, mongodb) || isSame(sql, mongodb)) return sql;
  if (isSame(base, sql)) return mongodb;
  if (isObject(sql) && isObject(mongodb)) return mergeMaps(isObject(base) ? base : new Map(), sql, mongodb);
  if (isArray(sql) && isArray(mongodb)) return mergeLists({ base: isArray(base) ? base : [], sql, mongodb }, printJson);
  return sql;
}

function isArray(node: Node): node is readonly JsonNode[] {
  return Array.isArray(node);
}

/** A single key that begins with $ spells one BSON value (a date, an ObjectId), which is never taken apart. */
function isObject(node: Node): node is JsonMap {
  if (!(node instanceof Map)) return false;
  return node.size !== 1 || !(node as JsonMap).keys().next().value?.startsWith('$');
}

function isSame(a: Node, b: Node): boolean {
  if (a === b) return true;
  if (a instanceof JsonNumber && b instanceof JsonNumber) return a.text === b.text;
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((each, index) => isSame(each, b[index]));
  if (!(a instanceof Map) || !(b instanceof Map) || a.size !== b.size) return false;
  return [...(a as JsonMap)].every(([key, each]) => b.has(key) && isSame(each, (b as JsonMap).get(key)));
}
