/**
 * How the peer is set: Debezium's sources and sinks on Kafka Connect. All of it is here, so that a reader can judge whether it is tuned
 * fairly, and all of it is printed with the figures. `BENCH_PEER=FILE.json` lays other settings over these, by the names in `PeerSettings`.
 */
import { readFileSync } from 'node:fs';
import type { Side } from '../src/model/side.js';
import type { ConnectorSettings } from '../src/testing/servers/connect-worker.js';
import type { World } from './world.js';

/** The collection that Debezium writes: its keys are `{id: …}`, so it cannot be that of the sync. */
export const peerCollection = 'people_peer';

export interface PeerSettings {
  /** Connect's worker: producers, consumers, converters. */
  readonly worker: ConnectorSettings;
  readonly source: Readonly<Record<Side, ConnectorSettings>>;
  /** By the side that is written to. */
  readonly sink: Readonly<Record<Side, ConnectorSettings>>;
}

const json = 'org.apache.kafka.connect.json.JsonConverter';

/** The schema in each message is most of its bytes and of the time; the sink for MongoDB does without, that for JDBC refuses to. */
const converters = (schemas: 'true' | 'false'): ConnectorSettings => ({
  'key.converter': json,
  'key.converter.schemas.enable': 'false',
  'value.converter': json,
  'value.converter.schemas.enable': schemas,
});

const tuned: PeerSettings = {
  worker: {
    'producer.compression.type': 'none',
    'producer.linger.ms': '1',
    'producer.batch.size': '262144',
    'producer.acks': '1',
    'consumer.max.poll.records': '4000',
    'consumer.fetch.min.bytes': '1',
    'consumer.fetch.max.wait.ms': '50',
    'consumer.max.partition.fetch.bytes': '16777216',
    'offset.flush.interval.ms': '5000',
  },
  source: {
    sql: {
      'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
      'tasks.max': '1',
      ...converters('false'),
      'plugin.name': 'pgoutput',
      'snapshot.mode': 'no_data',
      'publication.autocreate.mode': 'filtered',
      // Without a schema `precise` would be bytes that nobody can read.
      'decimal.handling.mode': 'double',
      'poll.interval.ms': '2',
      'max.batch.size': '4096',
      'max.queue.size': '16384',
      'tombstones.on.delete': 'false',
      // What the sink does not read would be most of each message.
      transforms: 'trim',
      'transforms.trim.type': 'org.apache.kafka.connect.transforms.ReplaceField$Value',
      'transforms.trim.exclude': 'before,source,transaction,ts_us,ts_ns',
    },
    mongodb: {
      'connector.class': 'io.debezium.connector.mongodb.MongoDbConnector',
      'tasks.max': '1',
      'snapshot.mode': 'no_data',
      ...converters('true'),
      'capture.mode': 'change_streams_update_full',
      'capture.mode.full.update.type': 'post_image',
      'cursor.max.await.time.ms': '5',
      'poll.interval.ms': '2',
      'max.batch.size': '4096',
      'max.queue.size': '16384',
      'tombstones.on.delete': 'false',
      // The sink knows rows, not documents. It takes the key from the value, so that only one of the two has a schema to be parsed.
      transforms: 'unwrap,trim',
      'transforms.unwrap.type': 'io.debezium.connector.mongodb.transforms.ExtractNewDocumentState',
      'transforms.trim.type': 'org.apache.kafka.connect.transforms.ReplaceField$Value',
      'transforms.trim.renames': '_id:id',
    },
  },
  sink: {
    mongodb: {
      'connector.class': 'io.debezium.connector.mongodb.MongoDbSinkConnector',
      'tasks.max': '1',
      ...converters('false'),
      'collection.name.format': peerCollection,
      'batch.size': '2000',
    },
    sql: {
      'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
      'tasks.max': '1',
      ...converters('true'),
      'collection.name.format': 'people',
      'insert.mode': 'upsert',
      'primary.key.mode': 'record_value',
      'primary.key.fields': 'id',
      'schema.evolution': 'none',
      'use.time.zone': 'UTC',
      'batch.size': '2000',
      // Many rows in one statement (below) may not have the same row twice: changes of one are made one.
      'use.reduction.buffer': 'true',
    },
  },
};

/** One topic of one partition each way: the order of changes is kept, and a connector has one task anyway. */
export interface Connectors {
  readonly source: ConnectorSettings;
  readonly sink: ConnectorSettings;
}

export function connectorsOf(settings: PeerSettings, world: World, from: Side): Connectors {
  const prefix = `${world.name}_${from}`;
  return from === 'sql'
    ? {
        source: { ...settings.source.sql, ...sqlSource(world, prefix), 'topic.prefix': prefix },
        sink: {
          ...settings.sink.mongodb,
          topics: `${prefix}.public.people`,
          'mongodb.connection.string': world.mongoUrl,
          'sink.database': world.name,
        },
      }
    : {
        source: {
          ...settings.source.mongodb,
          'mongodb.connection.string': world.mongoUrl,
          'collection.include.list': `${world.name}.people`,
          'topic.prefix': prefix,
        },
        sink: { ...settings.sink.sql, ...sqlSink(world), topics: `${prefix}.${world.name}.people` },
      };
}

function sqlSource({ sqlUrl }: World, prefix: string): ConnectorSettings {
  const { hostname, port, username, password, pathname } = new URL(sqlUrl);
  return {
    'database.hostname': hostname,
    'database.port': port,
    'database.user': decodeURIComponent(username),
    'database.password': decodeURIComponent(password),
    'database.dbname': pathname.slice(1),
    'table.include.list': 'public.people',
    'slot.name': prefix,
    'publication.name': prefix,
  };
}

/** `reWriteBatchedInserts`: many rows in one statement. `stringtype`: a decimal comes as text, and the server knows the column's type. */
function sqlSink({ sqlUrl }: World): ConnectorSettings {
  const { hostname, port, username, password, pathname } = new URL(sqlUrl);
  return {
    'connection.url': `jdbc:postgresql://${hostname}:${port}${pathname}?reWriteBatchedInserts=true&stringtype=unspecified`,
    'connection.username': decodeURIComponent(username),
    'connection.password': decodeURIComponent(password),
  };
}

export function readPeerSettings(): PeerSettings {
  const file = process.env['BENCH_PEER'];
  if (file === undefined || file === '') return tuned;
  return overlaid(tuned, JSON.parse(readFileSync(file, 'utf8')) as PartialSettings);
}

interface PartialSettings {
  readonly worker?: ConnectorSettings;
  readonly source?: Partial<PeerSettings['source']>;
  readonly sink?: Partial<PeerSettings['sink']>;
}

function overlaid(settings: PeerSettings, { worker, source, sink }: PartialSettings): PeerSettings {
  const both = (below: PeerSettings['source'], above: PartialSettings['source']): PeerSettings['source'] => ({
    sql: { ...below.sql, ...above?.sql },
    mongodb: { ...below.mongodb, ...above?.mongodb },
  });
  return {
    worker: { ...settings.worker, ...worker },
    source: both(settings.source, source),
    sink: both(settings.sink, sink),
  };
}
