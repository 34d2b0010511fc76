/** A record's key as a person types and reads it: the plain value of a single key column, a JSON object for several. Pure. */

import { IsthmusError } from '../../base/errors.js';
import { didYouMean } from '../../base/nearest.js';
import { scalarFrom } from '../../conflict/fits-column.js';
import { plainKey } from '../../conflict/plain.js';
import { plainValue, valueOfPlain } from '../../conflict/plain-value.js';
import type { Entity, Field } from '../../model/entity.js';
import { encodeKey } from '../../model/key.js';
import { isRefused } from '../../model/refusal.js';

/** Throws `request_invalid`, without the key. */
export function keyOfText(entity: Entity, text: string): string {
  const [single, ...others] = entity.key;
  if (single !== undefined && others.length === 0) return scalarFrom(single.type, text) ?? unfit(entity, single);
  return encodeKey(partsOf(entity, text));
}

export function shownKey(entity: Entity, key: string): unknown {
  const [single, ...others] = entity.key;
  if (single !== undefined && (others.length === 0 || isRefused(key))) return plainValue(single.type, key);
  return plainKey(entity, key);
}

function partsOf(entity: Entity, text: string): string[] {
  const given = objectOf(text);
  const names = entity.key.map(({ field }) => field);
  const example = `{${names.map((name) => `"${name}": …`).join(', ')}}`;
  if (given === null)
    throw new IsthmusError('request_invalid', {
      message: `${entity.name} has a key of ${names.length} columns: give it as a JSON object.`,
      remedy: `Write it as '${example}'.`,
    });
  const unknown = Object.keys(given).find((name) => !entity.key.some((each) => nameOf(each, given) === name));
  if (unknown !== undefined)
    throw new IsthmusError('request_invalid', {
      message: `The key of ${entity.name} has no ${unknown}${didYouMean(unknown, names)}`,
      remedy: `Write it as '${example}'.`,
    });
  return entity.key.map((each) => {
    const plain = given[nameOf(each, given)];
    if (plain === undefined || plain === null)
      throw new IsthmusError('request_invalid', {
        message: `The key lacks ${each.field}.`,
        remedy: `Write it as '${example}'.`,
      });
    const read = valueOfPlain(each.type, plain);
    // A number may have been rounded by JSON before it came here: only then it is refused though its text would fit.
    const exact = typeof plain !== 'number' || Number.isSafeInteger(plain);
    return (read.ok ? read.value : exact ? scalarFrom(each.type, String(plain)) : null) ?? unfit(entity, each);
  });
}

/** The document's name of the column, or the column's own. */
function nameOf({ field, column }: Field, given: Readonly<Record<string, unknown>>): string {
  return Object.hasOwn(given, field) || !Object.hasOwn(given, column) ? field : column;
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function unfit(entity: Entity, { field, type }: Field): never {
  throw new IsthmusError('request_invalid', {
    message: `That is no key of ${entity.name}: ${field} is of type ${type.sql}.`,
    remedy: 'Write the key as the SQL side prints it.',
  });
}
