/**
 * Rows of texts as a table inside a statement, by `json_table`, which MariaDB and MySQL both have; in as many pieces as the
 * server's limit of a statement asks for. Must not know what is done with them.
 */
import { literal } from '../names.js';

export interface GivenColumn {
  readonly name: string;
  /** As `json_table` declares it. */
  readonly type: string;
}

export interface GivenRows {
  /** What stands behind `from`, named `w`; its column `i` counts from 1. */
  readonly source: string;
  /** The place of the first one among all rows. */
  readonly first: number;
  readonly count: number;
}

/** Statements are cut at this size, if the server takes as much. */
const pieceBytes = 4 * 1024 ** 2;
/** What a statement holds beside its rows. */
export const spareBytes = 128 * 1024;

export class RowTooLarge extends Error {}

/** Throws `RowTooLarge` if one row alone is more than the server takes. */
export function givenRows(
  columns: readonly GivenColumn[],
  rows: readonly (readonly (string | null)[])[],
  packetBytes: number,
): readonly GivenRows[] {
  const limit = Math.max(packetBytes - spareBytes, packetBytes / 2);
  const declared = columns.map(({ name, type }, index) => `${name} ${type} path '$[${index}]'`);
  const pieces: GivenRows[] = [];
  let texts: string[] = [];
  let bytes = 0;
  const cut = (next: number): void => {
    if (texts.length === 0) return;
    const source = `json_table('[${texts.join(',')}]', '$[*]' columns (i for ordinality, ${declared.join(', ')})) as w`;
    pieces.push({ source, first: next - texts.length, count: texts.length });
    texts = [];
    bytes = 0;
  };
  for (const [index, row] of rows.entries()) {
    const text = literal(JSON.stringify(row)).slice(1, -1);
    const size = Buffer.byteLength(text) + 1;
    if (size > limit) throw new RowTooLarge();
    if (bytes + size > Math.min(limit, pieceBytes)) cut(index);
    texts.push(text);
    bytes += size;
  }
  cut(rows.length);
  return pieces;
}
