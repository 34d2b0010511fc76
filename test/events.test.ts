/** Live events of a running sync over HTTP: told as they happen, gone on from where a client was, and no burden by clients that do not read. */
import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { type StartedSync, start } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { atOnce, type Rig, settle, testRigs } from './rig.js';

interface Told {
  readonly id: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

const rigs = await testRigs();
const secret = 'a-long-token';
let rig: Rig;
let sync: StartedSync;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

beforeAll(async () => {
  rig = await rigs.open({
    schema: 'create table notes (id int primary key, title text);',
    config: {
      entities: [{ table: 'notes', conflict: { strategy: 'manual' } }],
      api: { listen: '127.0.0.1:0', token: secret },
    },
  });
  sync = await start(rig.config);
  rig.atEnd(() => sync.stop());
});

/** What a client was told so far; `ended` once the server closed the stream. */
async function listen(
  headers: Record<string, string> = {},
): Promise<{ told: Told[]; ended: () => boolean; close(): void }> {
  const stopper = new AbortController();
  const answer = await fetch(`${sync.url}/api/events`, {
    headers: { authorization: `Bearer ${secret}`, ...headers },
    signal: stopper.signal,
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const told: Told[] = [];
  let ended = false;
  void read(answer, told)
    .catch(() => undefined)
    .finally(() => {
      ended = true;
    });
  const close = () => stopper.abort();
  closers.push(close);
  return { told, ended: () => ended, close };
}

async function read(answer: Response, told: Told[]): Promise<void> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
    const frames = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const fields = new Map(
        frame.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
      );
      const data = fields.get('data');
      if (data !== undefined)
        told.push({ id: fields.get('id') ?? '', type: fields.get('event') ?? '', data: JSON.parse(data) });
    }
  }
}

async function collide(id: number): Promise<void> {
  await rig.sql.query('insert into notes values ($1, $$first$$)', [id]);
  await settle(sync);
  await atOnce(
    sync,
    () => rig.sql.query('update notes set title = $$a secret title$$ where id = $1', [id]),
    () => rig.db.collection('notes').updateOne({ _id: id as never }, { $set: { title: 'another' } }),
  );
}

const conflicts = (told: readonly Told[]) => told.filter(({ type }) => type === 'conflict');

test('the status comes at once and when it changes; a conflict comes without its values; numbers come', async () => {
  const { told } = await listen();
  await waitFor(() => told[0]?.type === 'status', { what: 'the status' });
  expect(told[0]?.data).toMatchObject({ state: 'running', name: rig.name });
  await collide(1);
  await waitFor(() => conflicts(told).length > 0, { what: 'the conflict' });
  const { data } = conflicts(told)[0] as Told;
  expect(data).toMatchObject({ table: 'public.notes', kind: 'write_write', state: 'pending', resolution: 'pending' });
  await waitFor(
    () => told.some((one) => one.type === 'status' && (one.data['conflicts'] as { pending: number }).pending === 1),
    { what: 'the status with the conflict' },
  );
  await waitFor(() => told.some(({ type }) => type === 'numbers'), { what: 'the numbers' });
  expect(JSON.stringify(told)).not.toMatch(/secret title|another|a-long-token/);
  const shown = await sync.conflict(String(data['conflictId']));
  await sync.decide(String(data['conflictId']), { use: 'sql', seen: String(shown?.['seen']), by: 'test' });
  await waitFor(() => conflicts(told).some((one) => one.data['resolvedBy'] === 'test'), { what: 'the decision' });
});

test('a client that comes back hears what it missed; after a restart it is told to ask anew', async () => {
  const first = await listen();
  await collide(2);
  await waitFor(() => conflicts(first.told).length > 0, { what: 'the conflict' });
  const lastId = first.told.at(-1)?.id ?? '';
  first.close();
  await collide(3);
  await waitFor(() => sync.status().conflicts.pending === 2, { what: 'the queue' });
  const second = await listen({ 'last-event-id': lastId });
  await waitFor(() => conflicts(second.told).length > 0, { what: 'what was missed' });
  const known = new Set(first.told.map(({ id }) => id));
  expect(second.told.filter(({ id }) => known.has(id))).toEqual([]);
  expect(second.told.some(({ type }) => type === 'reset')).toBe(false);

  const unread = second.told.at(-1)?.id ?? '';
  await sync.stop();
  await waitFor(() => second.ended(), { what: 'the end of the stream' });
  sync = await start(rig.config);
  rig.atEnd(() => sync.stop());
  const third = await listen({ 'last-event-id': unread });
  await waitFor(() => third.told.length >= 2, { what: 'the reset' });
  expect(third.told.slice(0, 2).map(({ type }) => type)).toEqual(['reset', 'status']);
});

test('a client that does not read is dropped, and the others hear on', async () => {
  const other = await listen();
  const { socket, isClosed } = await deafClient();
  const feed = (
    sync as unknown as {
      events: { options: { feed: { publish(type: string, data: unknown): void; listening: number } } };
    }
  ).events.options.feed;
  await waitFor(() => feed.listening === 2, { what: 'both clients' });
  const filling = { filling: 'x'.repeat(50_000) };
  await waitFor(
    () => {
      feed.publish('alert', filling);
      return feed.listening === 1;
    },
    { what: 'the deaf client to be dropped', everyMs: 5, limitMs: 30_000 },
  );
  const heard = other.told.length;
  feed.publish('alert', { name: 'last' });
  await waitFor(() => other.told.length > heard && other.told.at(-1)?.data['name'] === 'last', {
    what: 'the other client',
  });
  socket.resume();
  await waitFor(isClosed, { what: 'the end of the connection' });
});

/** Asks for the events and reads nothing. */
async function deafClient(): Promise<{ socket: Socket; isClosed: () => boolean }> {
  const { hostname, port, host } = new URL(sync.url);
  const socket = connect(Number(port), hostname);
  let closed = false;
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  closers.push(() => socket.destroy());
  socket.pause();
  socket.write(`GET /api/events HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${secret}\r\n\r\n`);
  return { socket, isClosed: () => closed };
}

test('token, Host and Origin are asked for; so many clients and no more', async () => {
  const get = (headers: Record<string, string>) => fetch(`${sync.url}/api/events`, { headers });
  expect((await get({})).status).toBe(401);
  expect((await get({ authorization: `Bearer ${secret}`, origin: 'https://evil.example' })).status).toBe(403);
  const all = await Promise.all(Array.from({ length: 100 }, () => listen()));
  const refused = await get({ authorization: `Bearer ${secret}` });
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: 'too_many_clients', remedy: expect.any(String) });
  for (const { close } of all) close();
  await waitFor(
    async () => {
      const answer = await get({ authorization: `Bearer ${secret}` });
      await answer.body?.cancel();
      return answer.status === 200;
    },
    { what: 'room for another client' },
  );
});
