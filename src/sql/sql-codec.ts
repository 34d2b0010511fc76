/** What reads and writes the text of one column's values, and what all SQL servers have in common there. Must not know a server. */
import { canonicalJson, JsonProblem } from '../model/canonical-json.js';
import { trimDecimal } from '../model/canonical-number.js';
import { fitsDocument } from '../model/canonical-string.js';
import type { ColumnType } from '../model/entity.js';
import type { Value } from '../model/record.js';
import { type RefusalKind, refuse } from '../model/refusal.js';

export interface SqlCodec {
  /**
   * The server's text (never SQL NULL) → canonical, possibly refused; null only for a JSON null. It is what the type
   * prints, in the log and in a plain select; in PostgreSQL a cast to text is another text for inet, boolean and char(n).
   */
  fromText(text: string): Value;
  /** Canonical (neither null nor refused) → text that the server takes for a value of `ColumnType.sql`. */
  toText(value: string): string;
  /** Why the server would store another value than this canonical one without a word; null: it would not. Absent: it never does. */
  readonly problem?: (value: string) => string | null;
}

const same = (text: string): string => text;

/** Where the text is canonical as it is. */
export const plainCodec: SqlCodec = { fromText: same, toText: same };

/** A JSON null is null: MongoDB knows but one. */
export const jsonCodec: SqlCodec = { fromText: jsonFromText, toText: same };

/** An integer of few digits is canonical already, which spares most of the work. */
const fewDigits = 30;

export function numericCodec(type: ColumnType): SqlCodec {
  const reason =
    type.document === 'double' ? 'a Double cannot hold it exactly' : 'it has more digits than Decimal128 holds';
  return {
    fromText: (text) => {
      const value = trimDecimal(text);
      if (value.length <= fewDigits && type.document === undefined) return value;
      // Trimmed too: what else reads the log may have no trailing zeros to tell of.
      return fitsDocument(type, value) ? value : mismatch(reason, value);
    },
    toText: same,
  };
}

export function textCodec(type: ColumnType, trim: (text: string) => string): SqlCodec {
  const isObjectId = (text: string): boolean => /^[0-9a-f]{24}$/.test(text);
  if (type.document !== 'objectId') return { fromText: trim, toText: same };
  return {
    fromText: (text) =>
      isObjectId(trim(text)) ? trim(text) : mismatch('it is not an ObjectId (24 lower-case hexadecimal digits)', text),
    toText: same,
  };
}

function jsonFromText(text: string): Value {
  try {
    const value = canonicalJson(text);
    return value === 'null' ? null : value;
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    return mismatch(error.message, text);
  }
}

export function mismatch(reason: string, image: string, kind: RefusalKind = 'type_mismatch'): string {
  return refuse({ kind, reason, image });
}
