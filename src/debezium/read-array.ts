/**
 * Arrays of one dimension as Debezium writes them → PostgreSQL's text. Of further dimensions Debezium makes Java's name of an array,
 * or null: such values are refused, since nobody could tell them from true ones. Pure. Must not know an element's type.
 */
import type { Json } from './read-json.js';
import type { ValueReader } from './value-reader.js';

/** `[Ljava.lang.String;@58a4c3af`: what Java prints of an array. */
const javaArray = /^\[+(?:L[\w.$]+;|[ZBCSIJFD])@[0-9a-f]{1,8}$/;

export function arrayReader(element: ValueReader): ValueReader {
  const texts = element.written.type === 'string';
  const item = (value: Json): string | undefined => {
    // Of an inner array of anything but texts Debezium makes null.
    if (value === null) return texts ? 'NULL' : undefined;
    if (typeof value === 'string' && javaArray.test(value)) return undefined;
    const text = element.text(value);
    return text === undefined ? undefined : `"${text.replace(/["\\]/g, '\\$&')}"`;
  };
  return {
    written: { type: 'array', name: null },
    text: (value) => {
      if (!Array.isArray(value)) return undefined;
      const items = value.map(item);
      return items.includes(undefined) ? undefined : `{${items.join(',')}}`;
    },
  };
}
