/** What `isthmus check` says of what the connector for Oracle may not tell exactly. Pure. Must not know a server. */
import { type Finding, warning } from '../base/finding.js';
import type { Entity } from '../model/entity.js';
import { columnsThat } from './columns-that.js';

export function oracleFindings(entities: ReadonlyMap<string, Entity>): readonly Finding[] {
  const columns = columnsThat(entities, ({ type }) => type.kind === 'float4' || type.kind === 'float8');
  if (columns === null) return [];
  return [
    warning(
      'debezium.floats',
      `the log has binary floating point numbers as decimal text, with how many digits was never measured; NaN and the infinities stop the connector: ${columns}`,
      'Use NUMBER where every digit counts, and keep NaN and the infinities out: check (X < binary_double_infinity); compare the tables after writes.',
    ),
  ];
}
