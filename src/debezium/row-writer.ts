/**
 * A record's states as JSON objects, for those who read Debezium's: by the names that the side has for them. Made once for each
 * table. Pure. Must not know transactions, nor how a type's values are written.
 */
import type { Change } from '../model/change.js';
import type { ColumnType, Entity, Field } from '../model/entity.js';
import { decodeKey } from '../model/key.js';
import type { State, Value } from '../model/record.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import type { Side } from '../model/side.js';
import { columnWriter } from './column-writer.js';
import { unavailable } from './placeholder.js';
import type { ValueWriter } from './value-writer.js';

/** As JSON text. */
export interface WrittenRow {
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

interface Member {
  /** `"name":` */
  readonly name: string;
  readonly write: ValueWriter;
}

export class RowWriter {
  private readonly key: readonly Member[];
  private readonly fields: readonly Member[];
  /** A document has its key in `_id`, which is itself a document where the key has several columns. */
  private readonly asId: boolean;

  constructor(
    { key, fields }: Pick<Entity, 'key' | 'fields'>,
    private readonly side: Side,
  ) {
    this.asId = side === 'mongodb';
    const member = (name: string, type: ColumnType): Member => ({
      name: `${JSON.stringify(name)}:`,
      write: this.writerOf(type),
    });
    const nameOf = ({ column, field }: Field): string => (this.asId ? field : column);
    const single = this.asId && key.length === 1;
    this.key = key.map((field) => member(single ? '_id' : nameOf(field), field.type));
    this.fields = fields.map((field) => member(nameOf(field), field.type));
  }

  write({ key, before, after }: Pick<Change, 'key' | 'before' | 'after'>): WrittenRow {
    const id = this.keyMembers(key);
    return { key: `{${id}}`, before: this.row(id, before), after: this.row(id, after) };
  }

  private keyMembers(key: string): string {
    const values = decodeKey(key, this.key.length);
    const members = this.key.map(({ name, write }, index) => {
      const value = values[index] as string;
      // A key must name its record, also one that the other side cannot hold.
      return name + (isRefused(value) ? JSON.stringify(readRefusal(value).image) : write(value));
    });
    return this.asId && members.length > 1 ? `"_id":{${members.join()}}` : members.join();
  }

  private row(id: string, state: State): string {
    if (state === null) return 'null';
    const members = this.fields.map(({ name, write }, index) => {
      const value = state[index] ?? null;
      return name + (value === null ? 'null' : write(value));
    });
    return `{${[id, ...members].join()}}`;
  }

  private writerOf(type: ColumnType): ValueWriter {
    const write = columnWriter(type);
    return (value) => (isRefused(value) ? this.refused(type, write, value) : write(value));
  }

  /**
   * What the other side cannot hold. PostgreSQL's text of a single value says it just as well, unless it is an instant that no Date reaches;
   * of anything else nothing is said but that it is not here.
   */
  private refused({ kind }: ColumnType, write: ValueWriter, value: Value & string): string {
    const { kind: why, image } = readRefusal(value);
    if (this.side === 'mongodb' || why === 'structural' || kind === 'array') return unavailable;
    const isInstant = kind === 'timestamptz' || kind === 'timestamp';
    return isInstant && !image.endsWith('infinity') ? unavailable : write(image);
  }
}
