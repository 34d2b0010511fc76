/**
 * What stands for a large value that did not change and that PostgreSQL did not send. Debezium writes it in the column's own form.
 * A value that a user wrote just so cannot be told from it. Must not know tables.
 */
import type { Json } from './read-json.js';

const text = '__debezium_unavailable_value';

/** As JSON, for a column of any type. */
export const unavailable = JSON.stringify(text);

const bytes = Buffer.from(text);
const forms = new Set([text, bytes.toString('hex'), bytes.toString('base64')]);

export function isUnavailable(value: Json): boolean {
  if (typeof value === 'string') return forms.has(value);
  return Array.isArray(value) && value.length === 1 && value[0] === text;
}
