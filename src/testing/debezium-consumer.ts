/**
 * For tests: a consumer of Debezium's envelopes as any other program has one, which keeps the last state of each row. It is strict: what it
 * does not know is a failure. Must not know our messages.
 */
import { Kafka, logLevel } from 'kafkajs';

export type Row = Readonly<Record<string, unknown>>;

export interface DebeziumConsumer {
  /** The rows that are there now, by the message's key. */
  readonly rows: ReadonlyMap<string, Row>;
  /** Messages that were envelopes. */
  readonly changes: number;
  /** Messages without a value. */
  readonly tombstones: number;
  /** What it could not read. */
  readonly failures: readonly string[];
  /** Changes that someone else than a user made, as a header says. */
  readonly echoes: number;
  close(): Promise<void>;
}

interface Envelope {
  readonly op: string;
  readonly before: Row | null;
  readonly after: Row | null;
  readonly source: { readonly connector: string };
}

/** From what is published from now on. */
export async function startDebeziumConsumer(broker: string, topic: string): Promise<DebeziumConsumer> {
  const kafka = new Kafka({ brokers: [broker], clientId: 'another-program', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const begin = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]));
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: `another-program-${topic}` });
  const rows = new Map<string, Row>();
  const failures: string[] = [];
  const counts = { changes: 0, tombstones: 0, echoes: 0 };
  const take = (key: string, value: string): void => {
    const { op, before, after, source } = JSON.parse(value) as Envelope;
    if (typeof source.connector !== 'string') throw new Error('it has no source');
    if (op === 'd' && before !== null && after === null) rows.delete(key);
    else if ((op === 'c' || op === 'u' || op === 'r') && after !== null) rows.set(key, after);
    else throw new Error(`its op is ${op}`);
    counts.changes++;
  };
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ partition, message: { offset, key, value, headers = {} } }) => {
      if (BigInt(offset) < (begin.get(partition) ?? 0n)) return Promise.resolve();
      if (value === null) counts.tombstones++;
      else
        try {
          take(String(key), value.toString());
          if ('echo' in headers) counts.echoes++;
        } catch (error) {
          failures.push(`${(error as Error).message}: ${value.toString()}`);
        }
      return Promise.resolve();
    },
  });
  return {
    rows,
    failures,
    get changes() {
      return counts.changes;
    },
    get tombstones() {
      return counts.tombstones;
    },
    get echoes() {
      return counts.echoes;
    },
    close: () => consumer.disconnect(),
  };
}
