/** What reads and writes the text of one column's values. Must not know a particular type. */
import type { Value } from '../model/record.js';

export interface SqlCodec {
  /**
   * The server's text (never SQL NULL) → canonical, possibly refused; null only for a JSON null. It is what the type
   * prints, in pgoutput and in a plain select; a cast to text is another text for inet, boolean and char(n).
   */
  fromText(text: string): Value;
  /** Canonical (neither null nor refused) → text that PostgreSQL casts to `ColumnType.sql`. */
  toText(value: string): string;
}
