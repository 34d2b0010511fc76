/** What writes a side's changes as Debezium's envelopes, for a configuration that asks for it. */
import type { Clock } from '../../base/clock.js';
import { version } from '../../base/version.js';
import { sqlUrl } from '../../config/connection.js';
import type { Config } from '../../config/schema.js';
import { EnvelopeWriter } from '../../debezium/envelope-writer.js';
import type { WriteEnvelope } from '../../kafka/other-consumers.js';
import type { Entity } from '../../model/entity.js';
import type { ChangeSource } from '../../ports/change-source.js';

export interface EnvelopeParts {
  readonly source: Pick<ChangeSource, 'side' | 'order'>;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly clock: Clock;
}

/** For one publisher; null: the configuration asks for none. */
export function openEnvelopes(config: Config, { source, entities, clock }: EnvelopeParts): WriteEnvelope | null {
  if (!config.transport.envelopes) return null;
  const { side } = source;
  const database = side === 'sql' ? sqlDatabase(config) : config.mongodb.database;
  // Not `mongodb`: that connector’s documents are strings, and consumers read them as such.
  const connector = side === 'sql' ? 'postgresql' : 'isthmus-mongodb';
  const name = `isthmus_${config.name}`;
  const writer = new EnvelopeWriter({ side, connector, name, version, database, entities, clock });
  return ({ position, ...told }, payload) => writer.write({ ...told, order: source.order(position) }, payload);
}

/** PostgreSQL takes the user's name where the URL has none. */
function sqlDatabase({ sql }: Pick<Config, 'sql'>): string {
  const { pathname, username } = new URL(sqlUrl(sql));
  return decodeURIComponent(pathname.length > 1 ? pathname.slice(1) : username);
}
