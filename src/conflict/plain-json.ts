/** Canonical JSON ↔ plain data, exact both ways. Must not know columns. */
import {
  type JsonNode,
  JsonNumber,
  JsonProblem,
  jsonNumber,
  jsonString,
  maxDepth,
  tooDeep,
} from '../model/canonical-json.js';
import { decimalOfNumber } from '../model/canonical-number.js';

const exact = '$numberDecimal';
/** An object that happens to look like one of our exact numbers gets a further $ in front of its key. */
const likeExact = /^\$+numberDecimal$/;

/** Numbers that a double would round become `{ "$numberDecimal": "…" }`. */
export function plainOfNode(node: JsonNode): unknown {
  if (node instanceof JsonNumber) return plainNumber(node.text);
  if (node === null || typeof node !== 'object') return node;
  if (!(node instanceof Map)) return (node as readonly JsonNode[]).map(plainOfNode);
  const entries = [...(node as ReadonlyMap<string, JsonNode>)];
  // Object.fromEntries makes `__proto__` a key like any other.
  return Object.fromEntries(
    entries.map(([key, value]) => [entries.length === 1 && likeExact.test(key) ? `$${key}` : key, plainOfNode(value)]),
  );
}

function plainNumber(text: string): unknown {
  const number = Number(text);
  return decimalOfNumber(number) === text ? number : { [exact]: text };
}

/** Throws `JsonProblem` for what is no JSON data. */
export function nodeOfPlain(plain: unknown, depth = 0): JsonNode {
  if (plain === null || typeof plain === 'boolean') return plain;
  if (typeof plain === 'string') return jsonString(plain);
  if (typeof plain === 'number') return new JsonNumber(numberText(plain));
  if (depth >= maxDepth) throw tooDeep();
  if (Array.isArray(plain)) return plain.map((each) => nodeOfPlain(each, depth + 1));
  if (!isPlainObject(plain)) throw new JsonProblem('it holds something that is no JSON data');
  const entries = Object.entries(plain);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) {
    const [key, value] = only;
    if (key === exact && typeof value === 'string') return new JsonNumber(jsonNumber(value));
    if (likeExact.test(key)) return new Map([[key.slice(1), nodeOfPlain(value, depth + 1)]]);
  }
  return new Map(entries.map(([key, value]) => [jsonString(key), nodeOfPlain(value, depth + 1)]));
}

function numberText(number: number): string {
  if (!Number.isFinite(number)) throw new JsonProblem('it holds NaN or an infinite number');
  return decimalOfNumber(number);
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
