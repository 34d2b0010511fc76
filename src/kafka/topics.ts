/** Both change topics, and a connector's if there is one, as they have to be: made where they are missing, looked at where they are there. Must not know messages. */
import type { Admin, DescribeConfigResponse } from 'kafkajs';
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import { type Finding, failed, ok, warning } from '../base/finding.js';
import type { Side } from '../model/side.js';
import { type Driver, kafkaError, withAdmin } from './client.js';

export interface TopicOptions {
  readonly driver: Driver;
  readonly topics: Readonly<Record<Side, string>>;
  readonly partitions: number;
  /** What a Debezium connector writes to; null: there is none. */
  readonly debezium: string | null;
  /** Copies of each message; null: three, or one for each broker where there are fewer. */
  readonly replication: number | null;
  readonly retentionMs: number;
  /** Messages say each change twice: for other consumers, and for our workers. */
  readonly envelopes: boolean;
  readonly clock: Clock;
}

/** Of one message: two images of a record of the largest size that MongoDB takes, as JSON. */
const messageBytes = 67_108_864;
/** With envelopes: a little less than a broker takes in one request where it is not told otherwise (`socket.request.max.bytes`). */
const envelopeBytes = 100_663_296;
/** Shorter, and a night without workers loses changes. */
const retentionLeastMs = 24 * 3_600_000;

const thereLimitMs = 30_000;
const therePauseMs = 50;

interface Wanted {
  /** In findings' names. */
  readonly id: Side | 'debezium';
  readonly topic: string;
  readonly partitions: number;
  /** Of one message. */
  readonly bytes: number;
}

/** The connector's has one partition: the order of its log is kept only there. */
function wanted({ topics, partitions, debezium, envelopes }: TopicOptions): Wanted[] {
  const bytes = envelopes ? envelopeBytes : messageBytes;
  return [
    { id: 'sql', topic: topics.sql, partitions, bytes },
    { id: 'mongodb', topic: topics.mongodb, partitions, bytes },
    ...(debezium === null ? [] : [{ id: 'debezium', topic: debezium, partitions: 1, bytes: messageBytes } as const]),
  ];
}

interface Found {
  readonly partitions: number;
  readonly replication: number;
  readonly settings: ReadonlyMap<string, string>;
}

/** Tells what it makes, as a command of Kafka's own tools. Throws `topic_unfit` where one is there that must not be used. */
export async function prepareTopics(
  options: TopicOptions,
  how: { readonly dryRun: boolean; readonly onStatement: (statement: string) => void },
): Promise<void> {
  await looking(options.driver, async (admin) => {
    const replication = options.replication ?? (await copies(admin));
    for (const one of wanted(options)) {
      const { topic, partitions } = one;
      const found = await look(admin, topic);
      if (found !== null) {
        const wrong = findings(options, one, found).find(({ state }) => state === 'failed');
        if (wrong) throw new IsthmusError('topic_unfit', { message: wrong.what, ...remedyOf(wrong) });
        continue;
      }
      const settings = settingsFor(one, options, replication);
      how.onStatement(createCommand(topic, { partitions, replication, settings }));
      if (how.dryRun) continue;
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
      const made = { topic, numPartitions: partitions, replicationFactor: replication, configEntries };
      // Where another process made it in between that is as good.
      await admin.createTopics({ topics: [made], waitForLeaders: false });
      await untilThere(admin, topic, options.clock);
    }
  });
}

export async function removeTopics(
  options: TopicOptions,
  how: { readonly dryRun: boolean; readonly onStatement: (statement: string) => void },
): Promise<void> {
  await looking(options.driver, async (admin) => {
    const there = new Set(await admin.listTopics());
    const ours = wanted(options).flatMap(({ topic }) => (there.has(topic) ? [topic] : []));
    for (const topic of ours) how.onStatement(`kafka-topics.sh --delete --topic ${topic}`);
    if (!how.dryRun && ours.length > 0) await admin.deleteTopics({ topics: ours });
  });
}

export async function inspectTopics(options: TopicOptions): Promise<readonly Finding[]> {
  return looking(options.driver, async (admin) => {
    const all: Finding[] = [];
    for (const one of wanted(options)) {
      const found = await look(admin, one.topic);
      if (found === null)
        all.push(ok(`kafka.topic_${one.id}`, `topic ${one.topic} is not there yet; prepare makes it`));
      else all.push(...findings(options, one, found));
    }
    return all;
  });
}

function findings(options: TopicOptions, of: Wanted, { partitions, replication, settings }: Found): Finding[] {
  const { id: side, topic, bytes } = of;
  const found: Finding[] = [];
  const has = (name: string): number => Number(settings.get(name) ?? Number.NaN);
  const alter = (name: string, value: string | number): string =>
    `kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config ${name}=${value}`;
  if (partitions !== of.partitions) found.push(wrongPartitions(of, partitions));
  if (settings.get('cleanup.policy') !== 'delete')
    found.push(
      failed(
        `kafka.cleanup_${side}`,
        `topic ${topic} has cleanup.policy=${settings.get('cleanup.policy')}: compaction takes changes away that others build on`,
        alter('cleanup.policy', 'delete'),
      ),
    );
  if (has('max.message.bytes') < bytes)
    found.push(
      warning(
        `kafka.message_bytes_${side}`,
        `topic ${topic} takes messages of at most ${has('max.message.bytes')} bytes: a larger change would stop the capture`,
        alter('max.message.bytes', bytes),
      ),
    );
  if (has('retention.ms') >= 0 && has('retention.ms') < retentionLeastMs)
    found.push(
      warning(
        `kafka.retention_${side}`,
        `topic ${topic} keeps changes for ${has('retention.ms') / 3_600_000} hours: workers that are away for longer miss some`,
        alter('retention.ms', options.retentionMs),
      ),
    );
  if (replication === 1)
    found.push(
      warning(
        `kafka.replication_${side}`,
        `topic ${topic} has one copy: with its broker's disk, changes are lost that a log may have forgotten`,
        'kafka-reassign-partitions.sh, with three replicas of each partition',
      ),
    );
  if (found.length === 0) found.push(ok(`kafka.topic_${side}`, `topic ${topic}: ${partitions} partitions`));
  return found;
}

function wrongPartitions({ id, topic, partitions }: Wanted, found: number): Finding {
  if (id === 'debezium')
    return failed(
      'kafka.partitions_debezium',
      `topic ${topic} has ${found} partitions, and the order of a log is kept in one only`,
      'Delete it with the connector that writes to it, and let `isthmus prepare` make it.',
    );
  return failed(
    `kafka.partitions_${id}`,
    `topic ${topic} has ${found} partitions, and transport.partitions is ${partitions}`,
    'Set transport.partitions to what both topics have. Records would be looked for in the wrong partition otherwise.',
  );
}

function settingsFor(
  { bytes }: Wanted,
  { retentionMs }: TopicOptions,
  replication: number,
): Readonly<Record<string, string>> {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(retentionMs),
    'retention.bytes': '-1',
    'max.message.bytes': String(bytes),
    'min.insync.replicas': String(Math.max(1, replication - 1)),
  };
}

function createCommand(
  topic: string,
  of: {
    readonly partitions: number;
    readonly replication: number;
    readonly settings: Readonly<Record<string, string>>;
  },
): string {
  const settings = Object.entries(of.settings).map(([name, value]) => `--config ${name}=${value}`);
  return `kafka-topics.sh --create --topic ${topic} --partitions ${of.partitions} --replication-factor ${of.replication} ${settings.join(' ')}`;
}

async function copies(admin: Admin): Promise<number> {
  return Math.min(3, (await admin.describeCluster()).brokers.length);
}

/** Brokers hear of a new topic one after the other. */
async function untilThere(admin: Admin, topic: string, clock: Clock): Promise<void> {
  const giveUpAt = clock.now() + thereLimitMs;
  for (;;) {
    const found = await look(admin, topic).catch((error: unknown) => {
      if (clock.now() > giveUpAt) throw error;
      return null;
    });
    if (found !== null && found.partitions > 0) return;
    if (clock.now() > giveUpAt)
      throw new IsthmusError('kafka_unreachable', {
        message: `Kafka was told to make topic ${topic} and has not yet.`,
      });
    await clock.sleep(therePauseMs);
  }
}

/** Null: there is none. */
async function look(admin: Admin, topic: string): Promise<Found | null> {
  if (!(await admin.listTopics()).includes(topic)) return null;
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = topics[0]?.partitions ?? [];
  // 2: a topic, in Kafka's protocol.
  const described: DescribeConfigResponse = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: 2, name: topic }],
  });
  const entries = described.resources[0]?.configEntries ?? [];
  return {
    partitions: partitions.length,
    replication: partitions[0]?.replicas.length ?? 0,
    settings: new Map(entries.map(({ configName, configValue }) => [configName, configValue])),
  };
}

async function looking<T>(driver: Driver, work: (admin: Admin) => Promise<T>): Promise<T> {
  return withAdmin(driver, work).catch((error: unknown) => {
    throw kafkaError(error, 'looking at topics');
  });
}

function remedyOf({ remedy }: Finding): { readonly remedy?: string } {
  return remedy === null ? {} : { remedy };
}
