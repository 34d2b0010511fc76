/** What `isthmus check` says of what comes through Debezium. Pure. Must not know a server. */
import { type Finding, failed, ok, warning } from '../base/finding.js';
import type { Entity, Field } from '../model/entity.js';
import type { DebeziumModes } from './modes.js';
import { inexactColumns } from './row-reader.js';

export function debeziumFindings(entities: ReadonlyMap<string, Entity>, modes: DebeziumModes): readonly Finding[] {
  const inexact = inexactColumns(entities, modes).map(({ table, column, why, remedy }) =>
    failed(
      `debezium.column.${table}.${column}`,
      `${table}.${column} does not come through Debezium as it is: ${why}`,
      remedy,
    ),
  );
  const found = [...inexact, ...nanFindings(entities, modes), ...arrayFindings(entities), ...defaultFindings(entities)];
  return found.length > 0 ? found : [ok('debezium.columns', 'all mapped columns come through Debezium as they are')];
}

function nanFindings(entities: ReadonlyMap<string, Entity>, { decimals }: DebeziumModes): Finding[] {
  const columns = named(entities, ({ type }) => type.kind === 'numeric');
  if (decimals !== 'precise' || columns === null) return [];
  return [
    warning(
      'debezium.nan',
      `with decimal.handling.mode=precise NaN and the infinities come as null: ${columns}`,
      'Set decimal.handling.mode=string where there are such values.',
    ),
  ];
}

function arrayFindings(entities: ReadonlyMap<string, Entity>): Finding[] {
  const columns = named(entities, ({ type }) => type.kind === 'array');
  if (columns === null) return [];
  return [
    warning(
      'debezium.arrays',
      `an array of several dimensions, or of numbers with a null in it, cannot be read from Debezium and is kept as unreadable; that one begins at another index than the first is not told: ${columns}`,
      'Leave the column out of the mapping where there are such values.',
    ),
  ];
}

function defaultFindings(entities: ReadonlyMap<string, Entity>): Finding[] {
  const columns = named(entities, ({ nullable, hasDefault }) => nullable && hasDefault);
  if (columns === null) return [];
  return [
    warning(
      'debezium.defaults',
      `columns that may be null and have a default: ${columns}`,
      'See that the connector has value.converter.replace.null.with.default=false; otherwise a null comes as the default.',
    ),
  ];
}

const namesMost = 5;

function named(entities: ReadonlyMap<string, Entity>, holds: (field: Field) => boolean): string | null {
  const names = [...entities.values()].flatMap((entity) =>
    [...entity.key, ...entity.fields].filter(holds).map(({ column }) => `${entity.name}.${column}`),
  );
  if (names.length === 0) return null;
  const more = names.length - namesMost;
  return names.slice(0, namesMost).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
