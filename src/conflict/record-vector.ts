/** The application's own version vector in a json column: which side is later, and the vector of both. Pure. */
import { isIsthmusError } from '../base/errors.js';
import { type JsonNode, JsonNumber, parseJson, printJson } from '../model/canonical-json.js';
import type { Value } from '../model/record.js';
import { isRefused } from '../model/refusal.js';
import type { Side } from '../model/side.js';
import type { Versions } from './merge.js';
import { compareVectors, mergeVectors, parseVector, type VersionVector } from './version-vector.js';

/** Null: concurrent, equal although the records differ, or no vectors; `vector` is the field's index. */
export function laterByVector({ sql, mongodb }: Versions, vector: number): Side | null {
  const [left, right] = [readVector(sql[vector]), readVector(mongodb[vector])];
  if (left === null || right === null) return null;
  const order = compareVectors(left, right);
  if (order === 'before') return 'mongodb';
  return order === 'after' ? 'sql' : null;
}

/** Both versions with the vector that has seen both; as they are where one cannot be read. */
export function withJoinedVector(versions: Versions, vector: number): Versions {
  const [left, right] = [readVector(versions.sql[vector]), readVector(versions.mongodb[vector])];
  if (left === null || right === null) return versions;
  const joined = writeVector(mergeVectors(left, right));
  const put = (state: readonly Value[]): readonly Value[] => state.with(vector, joined);
  return { base: versions.base, sql: put(versions.sql), mongodb: put(versions.mongodb) };
}

/** JSON numbers become bigints and go back as numbers, so that strings stay strings. */
function readVector(value: Value | undefined): VersionVector | null {
  if (value == null || isRefused(value)) return null;
  const node = parseJson(value);
  if (!(node instanceof Map)) return null;
  const entries = [...(node as ReadonlyMap<string, JsonNode>)].map(([actor, position]) => [
    actor,
    position instanceof JsonNumber && /^\d+$/.test(position.text) ? BigInt(position.text) : position,
  ]);
  try {
    return parseVector(Object.fromEntries(entries));
  } catch (error) {
    if (isIsthmusError(error, 'vector_invalid')) return null;
    throw error;
  }
}

function writeVector(vector: VersionVector): string {
  const entries = Object.entries(vector).map(([actor, position]): [string, JsonNode] => [
    actor,
    typeof position === 'string' ? position : new JsonNumber(String(position)),
  ]);
  return printJson(new Map(entries));
}
