/** What `isthmus check` says of what the connectors for MariaDB and MySQL cannot tell exactly. Pure. Must not know a server. */
import { type Finding, warning } from '../base/finding.js';
import type { Entity } from '../model/entity.js';
import { columnsThat } from './columns-that.js';

export function mysqlFindings(entities: ReadonlyMap<string, Entity>): readonly Finding[] {
  const columns = columnsThat(entities, ({ type }) => type.kind === 'date' || type.kind === 'timestamp');
  if (columns === null) return [];
  return [
    warning(
      'debezium.zero_dates',
      `a zero date, or a day 0 of a month, comes as null, or as 1970-01-01 where the column may not be null: ${columns}`,
      'Have the server refuse such values: sql_mode with NO_ZERO_DATE and NO_ZERO_IN_DATE; mend those that are there.',
    ),
  ];
}
