/** Publishing and reading through a real broker. */
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../base/clock.js';
import { silentLogger } from '../base/logger.js';
import { EnvelopeWriter } from '../debezium/envelope-writer.js';
import type { Change } from '../model/change.js';
import type { Entity } from '../model/entity.js';
import type { ChangeReader, SourceEvent } from '../ports/change-source.js';
import type { UnreadableMessage } from '../ports/unreadable-store.js';
import { startDebeziumConsumer } from '../testing/debezium-consumer.js';
import { inFull } from '../testing/long-form.js';
import { users } from '../testing/mongodb/entities.js';
import { kafkaMissing } from '../testing/servers/kafka-missing.js';
import { startKafka } from '../testing/servers/kafka-server.js';
import { waitFor } from '../testing/wait-for.js';
import { loadDriver } from './client.js';
import { type KafkaTransport, type OpenPublisher, openKafka } from './open.js';
import type { WriteEnvelope } from './other-consumers.js';
import { partitionOf } from './partition.js';
import { PartitionSource } from './partition-source.js';
import type { WorkerGroup } from './worker-group.js';

const missing = await kafkaMissing('broker');

const entities = new Map<string, Entity>([[users.name, users]]);
const partitions = 4;
const limitMs = 60_000;

describe.skipIf(missing !== null)('through a broker', { timeout: 240_000 }, async () => {
  const kafka = missing === null ? await startKafka() : (null as never);
  const closers: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
    await kafka.stop();
  });
  let syncs = 0;

  function optionsOf(name: string): Parameters<typeof openKafka>[0] {
    return {
      brokers: [kafka.url],
      clientId: name,
      tls: false,
      sasl: null,
      groupId: name,
      topics: { sql: `${name}_sql`, mongodb: `${name}_mongodb` },
      debezium: null,
      partitions,
      replication: null,
      retentionMs: 7 * 24 * 3_600_000,
      envelopes: false,
      entities,
      clock: systemClock,
      log: silentLogger,
    };
  }

  async function newSync(): Promise<{ readonly name: string; readonly transport: KafkaTransport }> {
    const name = `sync${++syncs}`;
    const transport = await openKafka(optionsOf(name));
    await transport.prepare({ dryRun: false, onStatement: () => {} });
    return { name, transport };
  }

  async function publisherOf(transport: KafkaTransport, envelope: WriteEnvelope | null = null): Promise<OpenPublisher> {
    const publisher = await transport.publisher('sql', {
      division: 0,
      shareOfMark: (id) => ({ share: Number(id.split(':')[0]), id: id.split(':')[1] as string }),
      ownerOfLane: () => null,
      envelope,
    });
    closers.push(() => publisher.close());
    return publisher;
  }

  async function workerOf(
    transport: KafkaTransport,
  ): Promise<{ group: WorkerGroup; assigned: () => readonly number[] }> {
    let mine: readonly number[] = [];
    const group = transport.group((assigned) => {
      mine = assigned;
    });
    closers.push(() => group.stop());
    await group.start();
    return { group, assigned: () => mine };
  }

  function readerOf(
    group: WorkerGroup,
    at: { readonly topic: string; readonly partition: number },
    unreadable: UnreadableMessage[] = [],
  ): PartitionSource {
    return new PartitionSource({
      cut: new AbortController().signal,
      side: 'sql',
      ...at,
      division: 0,
      entities,
      feed: group.feed('sql', at.partition),
      order: () => 0n,
      unreadable: (message) => Promise.resolve(void unreadable.push(message)),
    });
  }

  const key = (n: number): string => String(n);
  const change = (n: number, value: string): Change => ({
    entity: users.name,
    key: key(n),
    before: null,
    after: users.fields.map(() => value),
  });
  const keyIn = (partition: number): number =>
    Array.from({ length: 99 }, (_, at) => at).find(
      (at) => partitionOf({ entity: users.name, key: key(at) }, partitions) === partition,
    ) as number;
  let position = 0;
  const part = (...changes: readonly Change[]): SourceEvent => {
    const at = String(++position).padStart(8, '0');
    return { kind: 'part', position: at, transaction: at, last: true, committedAt: 1, echo: null, changes };
  };

  /** Keys and values, up to `count`. */
  async function read(reader: ChangeReader, count: number): Promise<string[]> {
    const found: string[] = [];
    while (found.length < count)
      for (const event of await reader.next())
        if (event.kind === 'part') found.push(...event.changes.map((one) => `${one.key}=${one.after?.[0]}`));
    return found;
  }

  test('topics are made with what they need, and one that does not fit is refused with the reason', async () => {
    const { name, transport } = await newSync();
    const found = await transport.inspect();
    expect(found.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'kafka.replication_sql warning',
      'kafka.replication_mongodb warning',
    ]);
    const other = await openKafka({ ...optionsOf(name), partitions: 5 });
    await expect(other.prepare({ dryRun: false, onStatement: () => {} })).rejects.toMatchObject({
      code: 'topic_unfit',
      message: `topic ${name}_sql has 4 partitions, and transport.partitions is 5`,
    });
    const larger = await openKafka({ ...optionsOf(name), envelopes: true });
    expect(await larger.inspect()).toContainEqual(
      expect.objectContaining({
        id: 'kafka.message_bytes_sql',
        state: 'warning',
        remedy: expect.stringContaining('max.message.bytes=100663296') as string,
      }),
    );
    const { kafka: client } = await loadDriver({ ...optionsOf(name) });
    const admin = client.admin();
    await admin.connect();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: 2,
          name: `${name}_sql`,
          configEntries: [
            { name: 'cleanup.policy', value: 'compact' },
            { name: 'retention.ms', value: '1000' },
          ],
        },
      ],
    });
    await admin.disconnect();
    expect((await transport.inspect()).filter(({ id }) => id.endsWith('_sql'))).toMatchObject([
      { id: 'kafka.cleanup_sql', state: 'failed' },
      { id: 'kafka.message_bytes_sql', state: 'warning' },
      { id: 'kafka.retention_sql', state: 'warning' },
      { id: 'kafka.replication_sql', state: 'warning' },
    ]);
    const said: string[] = [];
    await transport.teardown({ dryRun: false, onStatement: (statement) => said.push(statement) });
    expect(said).toEqual([
      `kafka-topics.sh --delete --topic ${name}_sql`,
      `kafka-topics.sh --delete --topic ${name}_mongodb`,
    ]);
  });

  test('each record’s changes come in order from its partition, and a reader goes on where it was', async () => {
    const { name, transport } = await newSync();
    const publisher = await publisherOf(transport);
    const { group, assigned } = await workerOf(transport);
    await waitFor(() => assigned().length === partitions, { what: 'the assignment', limitMs });
    const rounds = 50;
    const keys = Array.from({ length: 20 }, (_, n) => n);
    for (let round = 0; round < rounds; round++) await publisher.publish(keys.map((n) => part(change(n, `v${round}`))));
    for (let partition = 0; partition < partitions; partition++) {
      const here = keys.filter((n) => partitionOf({ entity: users.name, key: key(n) }, partitions) === partition);
      const expected = Array.from({ length: rounds }, (_, round) => here.map((n) => `${n}=v${round}`)).flat();
      const source = readerOf(group, { topic: `${name}_sql`, partition });
      const first = await source.open(await source.begin());
      expect(await read(first, expected.length)).toEqual(expected);
      await first.close();
      // From the middle: after the position of some event.
      const again = await source.open(await source.begin());
      const events: SourceEvent[] = [];
      // The first transaction that a capture reads tells its end to all partitions.
      const withChanges = (): SourceEvent[] => events.filter((one) => one.kind === 'part' && one.changes.length > 0);
      while (withChanges().length < 3) events.push(...(await again.next()));
      await again.close();
      const third = withChanges()[2] as SourceEvent;
      const later = await source.open(third.position);
      expect(await read(later, expected.length - 3)).toEqual(expected.slice(3));
      await later.close();
    }
  });

  test('partitions move to a worker that joins and back when it leaves, both topics’ together, and nothing is read twice or missed', async () => {
    const { name, transport } = await newSync();
    const publisher = await publisherOf(transport);
    const one = await workerOf(transport);
    await waitFor(() => one.assigned().length === partitions, { what: 'the first worker', limitMs });
    const source = readerOf(one.group, { topic: `${name}_sql`, partition: 0 });
    const two = await workerOf(transport);
    await waitFor(() => one.assigned().length === 2 && two.assigned().length === 2, { what: 'both', limitMs });
    expect([...one.assigned(), ...two.assigned()].sort()).toEqual([0, 1, 2, 3]);
    await two.group.stop();
    await waitFor(() => one.assigned().length === partitions, { what: 'the first worker alone', limitMs });
    const n = keyIn(0);
    const reader = await source.open(await source.begin());
    await publisher.publish([part(change(n, 'a')), part(change(n, 'b'))]);
    expect(await read(reader, 2)).toEqual([`${n}=a`, `${n}=b`]);
    await reader.close();
  });

  test.skipIf(!inFull)('goes on through a broker that was killed and started again', async () => {
    const { name, transport } = await newSync();
    const publisher = await publisherOf(transport);
    const { group, assigned } = await workerOf(transport);
    await waitFor(() => assigned().length === partitions, { what: 'the assignment', limitMs });
    const n = 1;
    const partition = partitionOf({ entity: users.name, key: key(n) }, partitions);
    const source = readerOf(group, { topic: `${name}_sql`, partition });
    const reader = await source.open(await source.begin());
    await publisher.publish([part(change(n, 'before'))]);
    expect(await read(reader, 1)).toEqual([`${n}=before`]);
    await kafka.kill();
    const late = part(change(n, 'after'));
    const refused = await publisher.publish([late]).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'kafka_unreachable', retry: true });
    await kafka.start();
    await waitFor(
      () =>
        publisher.publish([late]).then(
          () => true,
          () => false,
        ),
      { what: 'the broker to take it', limitMs },
    );
    expect(await read(reader, 1)).toEqual([`${n}=after`]);
    await reader.close();
  });

  test('a consumer of Debezium’s envelopes follows the rows, and ours is told what it ever was', async () => {
    const { name, transport } = await newSync();
    const writer = new EnvelopeWriter({
      side: 'sql',
      connector: 'postgresql',
      name,
      version: '1',
      database: 'd',
      entities,
      clock: systemClock,
    });
    const order = BigInt(1);
    const publisher = await publisherOf(transport, (told, payload) => writer.write({ ...told, order }, payload));
    const { group, assigned } = await workerOf(transport);
    await waitFor(() => assigned().length === partitions, { what: 'the assignment', limitMs });
    const { topic, partition, n } = { topic: `${name}_sql`, partition: 0, n: keyIn(0) };
    const [first, second] = [
      ['a "b"', '7', '{"x":1}'],
      [null, '-8', null],
    ];
    const record = { entity: users.name, key: key(n) };
    const told: Change[] = [
      { ...record, before: null, after: first },
      { ...record, before: first, after: second },
      { ...record, before: second, after: null },
      { ...record, before: null, after: second },
    ];
    const plain = await publisherOf(transport);
    const other = await startDebeziumConsumer(kafka.url, topic);
    closers.push(() => other.close());
    for (const one of told.slice(0, 3)) await publisher.publish([part(one)]);
    const at = String(++position).padStart(8, '0');
    await publisher.publish([{ kind: 'mark', position: at, id: `${partition}:m` }]);
    await publisher.publish(told.slice(3).map((one) => part(one)));
    await waitFor(() => other.changes === told.length, { what: 'the other consumer', limitMs });
    expect([...other.rows]).toEqual([[`{"id":${n}}`, { id: n, name: null, age: -8, data: null }]]);
    expect(other.tombstones).toBeGreaterThan(0);
    expect(other.failures).toEqual([]);
    // As a capture that was not switched yet: our own reader tells both forms apart.
    await plain.publish([part(change(n, '9'))]);
    const events: SourceEvent[] = [];
    const reader = await readerOf(group, { topic, partition }).open(
      await readerOf(group, { topic, partition }).begin(),
    );
    const changes = (): Change[] => events.flatMap((event) => (event.kind === 'part' ? event.changes : []));
    while (changes().length < told.length + 1) events.push(...(await reader.next()));
    await reader.close();
    expect(changes()).toEqual([...told, change(n, '9')]);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'mark', id: 'm' }));
  });

  test('what cannot be read is passed over with its place; what is gone stops the reader', async () => {
    const { name, transport } = await newSync();
    const publisher = await publisherOf(transport);
    const { group, assigned } = await workerOf(transport);
    await waitFor(() => assigned().length === partitions, { what: 'the assignment', limitMs });
    const n = 3;
    const partition = partitionOf({ entity: users.name, key: key(n) }, partitions);
    const topic = `${name}_sql`;
    const { kafka: client } = await loadDriver({ ...optionsOf(name) });
    const stranger = client.producer();
    await stranger.connect();
    await publisher.publish([part(change(n, 'a'))]);
    await stranger.send({ topic, messages: [{ partition, key: 'x', value: 'no JSON' }] });
    await stranger.disconnect();
    await publisher.publish([part(change(n, 'b'))]);
    const unreadable: UnreadableMessage[] = [];
    const source = readerOf(group, { topic, partition }, unreadable);
    const reader = await source.open(await source.begin());
    expect(await read(reader, 2)).toEqual([`${n}=a`, `${n}=b`]);
    expect(unreadable).toEqual([
      { topic, partition, offset: '1', reason: 'A message of the topic cannot be read: its value is no JSON object.' },
    ]);
    await reader.close();
    const admin = client.admin();
    await admin.connect();
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '2' }] });
    await admin.disconnect();
    const lost = await source.open(await source.begin());
    await expect(read(lost, 1)).rejects.toMatchObject({ code: 'topic_lost' });
  });
});
