/** Reads PostgreSQL's text of a value into canonical form and back, by column type. Must not know how the text got here. */
import type { ColumnType } from '../model/entity.js';
import type { Value } from '../model/record.js';

/** What every session of ours sets, so that values always have the same text. */
export const sessionSettings: Readonly<Record<string, string>> = {
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'iso_8601',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  lc_monetary: 'C',
};

export interface SqlCodec {
  /** The server's text (never SQL NULL) → canonical, possibly refused; null only for a JSON null. */
  fromText(text: string): Value;
  /** Canonical (neither null nor refused) → text that PostgreSQL casts to `ColumnType.sql`. */
  toText(value: string): string;
}

export function sqlCodec(type: ColumnType): SqlCodec {
  throw new Error(`not built yet: ${type.kind}`);
}
