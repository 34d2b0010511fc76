/** What `isthmus check` says of what the connector for PostgreSQL cannot tell exactly. Pure. Must not know a server. */
import { type Finding, warning } from '../base/finding.js';
import type { Entity } from '../model/entity.js';
import { columnsThat } from './columns-that.js';
import type { DebeziumModes } from './modes.js';

export function postgresFindings(entities: ReadonlyMap<string, Entity>, modes: DebeziumModes): readonly Finding[] {
  return [...nanFindings(entities, modes), ...arrayFindings(entities)];
}

function nanFindings(entities: ReadonlyMap<string, Entity>, { decimals }: DebeziumModes): Finding[] {
  const columns = columnsThat(entities, ({ type }) => type.kind === 'numeric');
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
  const columns = columnsThat(entities, ({ type }) => type.kind === 'array');
  if (columns === null) return [];
  return [
    warning(
      'debezium.arrays',
      `an array of several dimensions, or of numbers with a null in it, cannot be read from Debezium and is kept as unreadable; that one begins at another index than the first is not told: ${columns}`,
      'Leave the column out of the mapping where there are such values.',
    ),
  ];
}
