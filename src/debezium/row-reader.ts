/**
 * Reads a table's row images into canonical values: made once for each table. Pure. Must not know transactions, nor how a
 * type's values are written.
 */
import { boundedState } from '../model/bounded-state.js';
import type { Change } from '../model/change.js';
import type { ColumnType, Entity, Field } from '../model/entity.js';
import { encodeKey } from '../model/key.js';
import type { State, Value } from '../model/record.js';
import type { Connector } from './connector.js';
import type { RowEnvelope } from './envelope.js';
import { invalid } from './invalid.js';
import type { DebeziumModes } from './modes.js';
import { isUnavailable } from './placeholder.js';
import type { Json, JsonObject } from './read-json.js';
import { isInexact, type ValueReader } from './value-reader.js';

export type ReadTextOf = (type: ColumnType) => (text: string) => Value;

/** Why changes of the table can no longer be followed. */
export interface Stop {
  readonly stop: string;
}

export interface RowReaderOptions {
  readonly connector: Connector;
  readonly modes: DebeziumModes;
  readonly readText: ReadTextOf;
}

interface ColumnPlan {
  readonly field: Field;
  readonly reader: ValueReader;
  readonly read: (text: string) => Value;
}

export class RowReader {
  private readonly columns: readonly ColumnPlan[];

  /** Throws where a column's values do not come exactly: `inexactColumns` names them beforehand. */
  constructor(
    readonly entity: Entity,
    private readonly options: RowReaderOptions,
  ) {
    const { connector, modes, readText } = options;
    this.columns = [...entity.key, ...entity.fields].map((field) => {
      const reader = connector.columnReader(field.type, modes);
      if (isInexact(reader)) throw new Error(`${entity.name}.${field.column} cannot be read: ${reader.inexact}`);
      return { field, reader, read: readText(field.type) };
    });
  }

  /** `asBefore`: the row was written before the table was looked at, and may lack columns that were added since. Throws `message_invalid`. */
  change(row: RowEnvelope, asBefore: boolean): Change | Stop {
    const { op, before, after } = row;
    if (op !== 'c' && before === null) return { stop: `a change of ${this.entity.name} came without the state before` };
    const lacking = asBefore ? null : this.lacking((after ?? before) as JsonObject);
    if (lacking !== null) return { stop: `column ${lacking} of ${this.entity.name} was dropped or renamed` };
    this.compareWritten(row);
    const old = op === 'c' ? null : this.values(before as JsonObject, null);
    if (old !== null && !asBefore && this.emptied(old))
      return {
        stop: `${this.entity.name} no longer has ${this.options.connector.identity}, so its changes come without the state before`,
      };
    if (op !== 'd' && after === null) throw invalid('it has no state after');
    const next = op === 'd' ? null : this.values(after as JsonObject, old);
    const key = this.keyOf((next ?? old) as Value[]);
    // Debezium tells a new key as the end of one record and the begin of another.
    if (old !== null && this.keyOf(old) !== key) throw invalid('the record’s key is another one after than before');
    return { entity: this.entity.name, key, before: this.fieldsOf(old), after: this.fieldsOf(next) };
  }

  private values(image: JsonObject, old: readonly Value[] | null): Value[] {
    return this.columns.map(({ field, reader, read }, index) => {
      const value = image[field.column] ?? null;
      if (value === null) return null;
      if (isUnavailable(value)) {
        if (old === null) throw invalid(`${field.column} has no value, only a placeholder for one that did not change`);
        return old[index] as Value;
      }
      const text = reader.text(value);
      if (text !== undefined) return read(text);
      throw invalid(
        `${this.entity.name}.${field.column} is not written as ${nameOf(reader)}, or has a value that cannot be read exactly`,
      );
    });
  }

  /** Without a full identity, all but the key is null in the state before. */
  private emptied(old: readonly Value[]): boolean {
    return this.columns.some(({ field }, index) => !field.nullable && old[index] === null);
  }

  private lacking(image: JsonObject): string | null {
    return this.columns.find(({ field }) => !(field.column in image))?.field.column ?? null;
  }

  /** Where messages have a schema: that the connector is set as the configuration says. */
  private compareWritten({ columns }: RowEnvelope): void {
    if (columns === null) return;
    for (const { field, reader } of this.columns) {
      const found = columns.get(field.column);
      if (found === undefined) continue;
      const { type, name } = reader.written;
      if (found['type'] !== type || (found['name'] ?? null) !== name)
        throw invalid(
          `${this.entity.name}.${field.column} is written as ${show(found['name'] ?? found['type'])}, and ${nameOf(reader)} is what transport.debezium says`,
        );
    }
  }

  private keyOf(values: readonly Value[]): string {
    const { length } = this.entity.key;
    const key = values.slice(0, length);
    if (key.includes(null)) throw invalid(`a key of ${this.entity.name} is null`);
    return length === 1 ? (key[0] as string) : encodeKey(key as string[]);
  }

  private fieldsOf(values: readonly Value[] | null): State {
    return values === null ? null : boundedState(values.slice(this.entity.key.length));
  }
}

export interface InexactColumn {
  readonly table: string;
  readonly column: string;
  readonly why: string;
  readonly remedy: string;
}

/** Mapped columns whose values do not come as they are. */
export function inexactColumns(
  entities: ReadonlyMap<string, Entity>,
  { connector, modes }: Omit<RowReaderOptions, 'readText'>,
): readonly InexactColumn[] {
  return [...entities.values()].flatMap((entity) =>
    [...entity.key, ...entity.fields].flatMap(({ column, type }) => {
      const reader = connector.columnReader(type, modes);
      return isInexact(reader) ? [{ table: entity.name, column, why: reader.inexact, remedy: reader.remedy }] : [];
    }),
  );
}

function nameOf({ written }: ValueReader): string {
  return written.name ?? written.type;
}

function show(value: Json | undefined): string {
  return typeof value === 'string' ? value.slice(0, 60) : 'something else';
}
