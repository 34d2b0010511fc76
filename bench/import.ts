/**
 * A bulk import into one table while another one gets a trickle of records on both sides: what becomes of those, when it is over, and
 * whether memory stays level. By the single process, and by a capture and two workers over a real broker.
 */
import type { ConfigInput } from '../src/config/load.js';
import { otherSide, type Side, sides } from '../src/model/side.js';
import { type KafkaServer, startKafka } from '../src/testing/servers/kafka-server.js';
import { withClient } from '../src/testing/servers/with-client.js';
import { waitFor } from '../src/testing/wait-for.js';
import { spanOn } from './commit-times.js';
import { assertEqual } from './equal.js';
import { Fleet, type FleetStatus, overKafka } from './fleet.js';
import type { BenchOptions } from './options.js';
import { collection, personDocument, table } from './people.js';
import type { Report, Row } from './report.js';
import { percentiles } from './steady.js';
import { type Crossing, Trickle, trickleSchema, trickleTable } from './trickle.js';
import { openWorld, type Servers, type World } from './world.js';

const limitMs = 3_600_000;
const workers = 2;
/** The lag is back to what it was once no record takes longer than so many times what 99 of 100 took before. */
const normalTimes = 2;
/** Below this nobody would call it a lag. */
const normalLeastMs = 50;

interface Run {
  readonly servers: Servers;
  /** Null: the single process. */
  readonly broker: KafkaServer | null;
  readonly source: Side;
  readonly count: number;
  readonly options: BenchOptions;
}

export async function bulkImport(servers: Servers, options: BenchOptions): Promise<Report> {
  const { quick, count = quick ? 10_000 : 100_000 } = options;
  const kafka = await startKafka();
  const rows: Row[] = [];
  try {
    for (const source of options.from)
      for (const broker of [null, kafka]) rows.push(...(await importing({ servers, broker, source, count, options })));
  } finally {
    await kafka.stop();
  }
  const name = `import: ${count.toLocaleString('en')} records into one table, 50 a second on each side into another`;
  return { name, rows, bars: [], ratios: [] };
}

async function importing(run: Run): Promise<Row[]> {
  const { servers, broker, source, count, options } = run;
  const how = broker === null ? 'one process' : `${workers} workers`;
  options.note(`import on ${source}: ${how}`);
  await using world = await openWorld(servers, {
    rows: 0,
    filled: [],
    schema: trickleSchema,
    config: (name) => configOf(name, run),
  });
  await using fleet = await Fleet.start(world.config, broker === null ? null : workers);
  await fleet.settled(limitMs);
  const trickle = new Trickle(world);
  await goOn(fleet, options.quick ? 3000 : 15_000);
  const beganMs = Date.now();
  const [committedMs, rss] = await Promise.all([
    (source === 'sql' ? importSql : importMongo)(world, count).then(() => Date.now()),
    memoryUntil(fleet, ({ applied }) => applied[otherSide(source)] >= count),
  ]);
  await goOn(fleet, options.quick ? 2000 : 10_000);
  await trickle.end();
  await fleet.settled(limitMs);
  const { peakBytes } = await fleet.status();
  await fleet.stop();
  await assertEqual(world);
  const span = await spanOn(otherSide(source), world, beganMs);
  const crossings = await trickle.crossings();
  const what = { 'import on': source, how };
  return [
    {
      ...what,
      'rows/s from its beginning': count / Math.max(0.001, (span.lastMs - beganMs) / 1000),
      'crossed s after its commit': (span.lastMs - committedMs) / 1000,
      'lag normal s after its commit': Math.max(0, normalAgainMs(crossings, beganMs) - committedMs) / 1000,
      'MB at ¼, ½, ¾ and the end': [1, 2, 3, 4].map((part) => megabytes(rss, part)).join(', '),
      'peak MB': peakBytes / 1e6,
    },
    ...sides.map((from) => ({
      ...what,
      'trickle on': from,
      ...delays(crossings, { from, beganMs, crossedMs: span.lastMs }),
    })),
  ];
}

function configOf(name: string, { broker, options: { batch, lanes } }: Run): Partial<ConfigInput> {
  const entities = [{ table, collection }, { table: trickleTable }];
  return { entities, ...(broker === null ? { apply: { batch, lanes } } : overKafka(name, broker.url, batch)) };
}

/** Resident memory of the largest process, five times a second. */
async function memoryUntil(fleet: Fleet, crossed: (status: FleetStatus) => boolean): Promise<readonly number[]> {
  const rss: number[] = [];
  await waitFor(
    async () => {
      const status = await fleet.status();
      rss.push(status.rssBytes);
      return crossed(status);
    },
    { limitMs, everyMs: 200, what: 'the import to cross' },
  );
  return rss;
}

/** The trickle goes on for so long: this is what is measured, not a wait for something. */
async function goOn(fleet: Fleet, ms: number): Promise<void> {
  const until = performance.now() + ms;
  await waitFor(async () => (await fleet.status()).running && performance.now() >= until, {
    limitMs: ms + 60_000,
    everyMs: 100,
    what: 'the trickle',
  });
}

/** One statement, in one transaction. */
async function importSql({ sqlUrl }: World, count: number): Promise<void> {
  await withClient(sqlUrl, (client) =>
    client.query(`insert into people select i, 'Person number ' || i, 'person.' || i || '@example.com', i % 5000 + 0.5, i % 1000, i % 3 = 0,
      'A note about person ' || i || ', long enough to make the row as wide as rows are', '2024-01-01Z'::timestamptz + i * interval '1 second'
      from generate_series(0, ${count - 1}) as i`),
  );
}

const bulkSize = 1000;

/** As fast as one client can, without a transaction. */
async function importMongo({ mongo, name }: World, count: number): Promise<void> {
  const people = mongo.db(name).collection(collection);
  for (let from = 0; from < count; from += bulkSize) {
    const size = Math.min(bulkSize, count - from);
    const documents = Array.from({ length: size }, (_, index) => personDocument(from + index, 0));
    await people.insertMany(documents, { ordered: false });
  }
}

interface Import {
  readonly from: Side;
  readonly beganMs: number;
  /** Its last record was there. */
  readonly crossedMs: number;
}

/** Of what one side's users wrote before it, and while it crossed. */
function delays(crossings: readonly Crossing[], { from, beganMs, crossedMs }: Import): Row {
  const took = (since: number, until: number): number[] =>
    crossings
      .filter((one) => one.from === from && one.sentMs >= since && one.sentMs < until)
      .map(({ tookMs }) => tookMs);
  const before = percentiles(took(0, beganMs));
  const meanwhile = percentiles(took(beganMs, crossedMs));
  return {
    'before p50 ms': before['p50 ms'],
    'before p99 ms': before['p99 ms'],
    'during p50 ms': meanwhile['p50 ms'],
    'during p99 ms': meanwhile['p99 ms'],
    'during max ms': meanwhile['max ms'],
  };
}

/** When the last record arrived that was late by what was usual before. */
function normalAgainMs(crossings: readonly Crossing[], beganMs: number): number {
  const usual = new Map(
    sides.map((from) => {
      const before = crossings.filter((one) => one.from === from && one.sentMs < beganMs).map(({ tookMs }) => tookMs);
      return [from, Math.max(normalLeastMs, normalTimes * percentiles(before)['p99 ms'])] as const;
    }),
  );
  const late = crossings.filter(
    ({ from, sentMs, tookMs }) => sentMs >= beganMs && tookMs > (usual.get(from) as number),
  );
  return Math.max(beganMs, ...late.map(({ sentMs, tookMs }) => sentMs + tookMs));
}

function megabytes(samples: readonly number[], quarter: number): string {
  const at = Math.min(samples.length - 1, Math.floor((samples.length * quarter) / 4));
  return ((samples[at] ?? 0) / 1e6).toFixed(0);
}
