/** What `isthmus check` says of what comes through Debezium. Pure. Must not know a server. */
import { type Finding, failed, ok, warning } from '../base/finding.js';
import type { Entity } from '../model/entity.js';
import { columnsThat } from './columns-that.js';
import type { Connector } from './connector.js';
import type { DebeziumModes } from './modes.js';
import { inexactColumns } from './row-reader.js';

export interface FindingOptions {
  readonly connector: Connector;
  readonly modes: DebeziumModes;
}

export function debeziumFindings(entities: ReadonlyMap<string, Entity>, options: FindingOptions): readonly Finding[] {
  const { connector, modes } = options;
  const inexact = inexactColumns(entities, options).map(({ table, column, why, remedy }) =>
    failed(
      `debezium.column.${table}.${column}`,
      `${table}.${column} does not come through Debezium as it is: ${why}`,
      remedy,
    ),
  );
  const found = [...inexact, ...connector.findings(entities, modes), ...defaultFindings(entities)];
  return found.length > 0 ? found : [ok('debezium.columns', 'all mapped columns come through Debezium as they are')];
}

function defaultFindings(entities: ReadonlyMap<string, Entity>): Finding[] {
  const columns = columnsThat(entities, ({ nullable, hasDefault }) => nullable && hasDefault);
  if (columns === null) return [];
  return [
    warning(
      'debezium.defaults',
      `columns that may be null and have a default: ${columns}`,
      'See that the connector has value.converter.replace.null.with.default=false; otherwise a null comes as the default.',
    ),
  ];
}
