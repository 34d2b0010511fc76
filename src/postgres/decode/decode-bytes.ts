/** For tests: two tables of a shop, and a decoder that is fed with bytes made by hand. */
import { silentLogger } from '../../base/logger.js';
import type { Change } from '../../model/change.js';
import type { Entity, Field } from '../../model/entity.js';
import { ownLanes } from '../../model/share.js';
import type { SourceEvent } from '../../ports/change-source.js';
import { bytes } from './pgoutput-bytes.js';
import { type DecoderOptions, PgoutputDecoder } from './pgoutput-decoder.js';
import { readPosition } from './position.js';

const textField = (column: string): Field => ({
  column,
  field: column,
  type: { kind: 'text', sql: 'text' },
  nullable: true,
  hasDefault: false,
});

function entity(name: string, key: readonly string[], fields: readonly string[]): Entity {
  const [schema, table] = name.split('.') as [string, string];
  return {
    name,
    schema,
    table,
    collection: table,
    key: key.map(textField),
    fields: fields.map(textField),
    sequenceKey: false,
    mayDeviate: false,
  };
}

const shop = new Map(
  [entity('public.a', ['id'], ['x', 'y']), entity('public.b', ['k1', 'k2'], ['v'])].map((each) => [each.name, each]),
);
export const columnsOfA = [{ name: 'id' }, { name: 'left_out' }, { name: 'x' }, { name: 'y' }];
const start = '0000000000000001:~';

export function decode(messages: readonly Buffer[], options: Partial<DecoderOptions> = {}): readonly SourceEvent[] {
  const decoder = new PgoutputDecoder({
    laneOf: ownLanes('shop'),
    name: 'shop',
    entities: shop,
    readText: () => (text) => text,
    from: readPosition(start),
    partSize: 1000,
    log: silentLogger,
    ...options,
  });
  // Messages arrive inside frames: none begins at the buffer's start.
  for (const message of messages) decoder.push(Buffer.concat([Buffer.alloc(25), message]), 25);
  return decoder.take();
}

export function transaction(lsn: bigint, ...messages: readonly Buffer[]): readonly Buffer[] {
  return [bytes.begin(lsn, 1_700_000_000_123), ...messages, bytes.commit(lsn)];
}

export const describeA = bytes.relation(1, 'public.a', columnsOfA);
export const describeB = bytes.relation(2, 'public.b', [{ name: 'k1' }, { name: 'k2' }, { name: 'v' }]);
export function changes(events: readonly SourceEvent[]): readonly Change[] {
  return events.flatMap((event) => (event.kind === 'part' ? event.changes : []));
}
