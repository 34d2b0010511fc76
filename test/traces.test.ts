/** A batch's spans on a real running sync, as an SDK in the process gets them: nested, ended, also when a server goes away. */
import { SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../src/testing/wait-for.js';
import { type Rig, settle, testRigs } from './rig.js';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
trace.setGlobalTracerProvider(provider);
afterAll(async () => {
  trace.disable();
  await provider.shutdown();
});
beforeEach(() => exporter.reset());

const rigs = await testRigs();
const open = () =>
  rigs.open({
    schema: `create table users (id int primary key, name text)`,
    config: { entities: [{ table: 'public.users' }], traces: true },
  });

const named = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name);
const ms = ([seconds, nanos]: [number, number]): number => seconds * 1000 + nanos / 1e6;
const insert = (rig: Rig) => rig.sql.query(`insert into users select i, 'a secret' from generate_series(1, 20) i`);

/** Children of a batch, in the order in which they began. */
function partsOf(batch: ReadableSpan): ReadableSpan[] {
  const id = batch.spanContext().spanId;
  return exporter
    .getFinishedSpans()
    .filter((span) => span.parentSpanContext?.spanId === id)
    .sort((a, b) => ms(a.startTime) - ms(b.startTime));
}

test('a batch is read, written and acknowledged, one after the other; no value is in it', async () => {
  const rig = await open();
  const sync = await rig.start({ engine: { heartbeatMs: 100 } });
  await settle(sync);
  exporter.reset();
  await insert(rig);
  const batch = await waitFor(() => named('isthmus.batch')[0], { what: 'a batch' });
  expect(batch.attributes).toEqual({
    'isthmus.link': 'sql_to_mongodb',
    'isthmus.changes': 20,
    'isthmus.transactions': 1,
  });
  expect(batch.status.code).toBe(SpanStatusCode.UNSET);
  const parts = partsOf(batch);
  expect(parts.map(({ name }) => name)).toEqual(['isthmus.capture', 'isthmus.apply', 'isthmus.acknowledge']);
  expect(parts[1]?.attributes).toEqual({ 'isthmus.saved': true });
  const ends = parts.map(({ endTime }) => ms(endTime));
  expect(ends).toEqual([...ends].sort((a, b) => a - b));
  expect(ms(parts[0]?.startTime ?? [0, 0])).toBe(ms(batch.startTime));
  expect(ends.at(-1)).toBe(ms(batch.endTime));
  const said = exporter.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes }));
  expect(JSON.stringify(said)).not.toContain('secret');
});

test('a batch that could not be written ends as failed', async () => {
  const rig = await open();
  const sync = await rig.start();
  await settle(sync);
  exporter.reset();
  // As if another process had taken over.
  await rig.sql.query('update isthmus.progress set epoch = epoch + 1 where name = $1', [rig.name]);
  await rig.db.collection<{ _id: number; name: string }>('users').insertOne({ _id: 1, name: 'a' });
  const batch = await waitFor(() => named('isthmus.batch')[0], { what: 'the batch', limitMs: 30_000 });
  expect(batch.attributes).toMatchObject({ 'isthmus.link': 'mongodb_to_sql', 'isthmus.changes': 1 });
  expect(partsOf(batch).map(({ name }) => name)).toEqual(['isthmus.capture', 'isthmus.apply']);
  expect(batch.status).toEqual({ code: SpanStatusCode.ERROR, message: 'fenced' });
});

test('without traces nothing is made', async () => {
  const rig = await open();
  const sync = await rig.start({}, { traces: false });
  await insert(rig);
  await settle(sync);
  expect(exporter.getFinishedSpans()).toEqual([]);
});
