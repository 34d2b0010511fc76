/** What reads one column's values as Debezium writes them. Must not know a particular type. */
import type { Json } from './read-json.js';

/** As Kafka Connect's schema names what the converter wrote. */
export interface Written {
  readonly type:
    | 'boolean'
    | 'int8'
    | 'int16'
    | 'int32'
    | 'int64'
    | 'float'
    | 'double'
    | 'string'
    | 'bytes'
    | 'struct'
    | 'array';
  /** Null: a plain type. */
  readonly name: string | null;
}

/** Values of a type that Debezium's settings let through exactly. */
export interface ValueReader {
  readonly written: Written;
  /** Never null → the text that PostgreSQL prints under `sessionSettings`. Undefined: it is not written as `written`. */
  readonly text: (value: Json) => string | undefined;
}

/** Why values do not come as they are, and what to do about it. */
export interface Inexact {
  readonly inexact: string;
  readonly remedy: string;
}

export function isInexact(reader: ValueReader | Inexact): reader is Inexact {
  return 'inexact' in reader;
}
