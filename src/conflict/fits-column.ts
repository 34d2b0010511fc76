/** Whether a value that was made here (by a merge or a module) may stand in a column. Pure; must not know a driver. */
import { type CanonicalArray, maxDimensions, readArray, writeArray } from '../model/canonical.js';
import { canonicalJson, JsonProblem } from '../model/canonical-json.js';
import { fromString } from '../model/canonical-string.js';
import type { ColumnType, Entity, Field } from '../model/entity.js';
import type { State, Value } from '../model/record.js';

/** Whether it is canonical for the type, within its limits; null is canonical for every type. */
export function isCanonical(type: ColumnType, value: Value): boolean {
  if (value === null) return true;
  switch (type.kind) {
    case 'array':
      return isCanonicalArray(type, value);
    case 'json':
    case 'jsonb':
      return value !== 'null' && isCanonicalJson(value);
    default:
      return scalarFrom(type, value) === value;
  }
}

/** Text → the canonical value of a column that is neither json nor an array; undefined: it means nothing there. */
export function scalarFrom(type: ColumnType, text: string): string | undefined {
  if (type.kind === 'bytea') return /^(?:[0-9a-f]{2})*$/.test(text) ? text : undefined;
  if (/\p{Surrogate}/u.test(text)) return undefined;
  return fromString(type, text);
}

function isCanonicalJson(value: string): boolean {
  try {
    return canonicalJson(value) === value;
  } catch (error) {
    if (error instanceof JsonProblem || error instanceof SyntaxError) return false;
    throw error;
  }
}

function isCanonicalArray(type: ColumnType, value: string): boolean {
  const element = type.element;
  if (element === undefined) return false;
  try {
    const array = readArray(value);
    return Array.isArray(array) && writeArray(array) === value && isWellShaped(array, element);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isWellShaped(array: CanonicalArray, element: ColumnType): boolean {
  return shapeOf(array) !== null && array.flat(maxDimensions).every((each) => isCanonical(element, each as Value));
}

/** The sizes of all dimensions; null: not rectangular, too deep, or with an empty inner array, which PostgreSQL has not. */
export function shapeOf(array: readonly unknown[], depth = 1): string | null {
  if (depth > maxDimensions || (depth > 1 && array.length === 0)) return null;
  let shape: string | undefined;
  for (const each of array) {
    const inner = Array.isArray(each) ? shapeOf(each, depth + 1) : '';
    if (inner === null || (shape !== undefined && shape !== inner)) return null;
    shape = inner;
  }
  return `${array.length},${shape ?? ''}`;
}

/** The first field that must not be null and is. A column with a default takes that where nothing is written. */
export function wronglyNull(entity: Entity, state: State): string | null {
  return firstNull(entity, state, ({ nullable, hasDefault }) => !nullable && !hasDefault);
}

/** The same for what a person or a module wrote: nobody who says null means a default. */
export function saidNull(entity: Entity, state: State): string | null {
  return firstNull(entity, state, ({ nullable }) => !nullable);
}

function firstNull({ fields }: Entity, state: State, refuses: (field: Field) => boolean): string | null {
  const at = state?.findIndex((value, index) => value === null && refuses(fields[index] as Field));
  return at === undefined || at < 0 ? null : (fields[at]?.field ?? null);
}
