/** Alerts of a real running sync, told to a real receiver that first refuses and hangs: they fire, and they clear. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { ComposeOptions } from '../src/app/compose.js';
import type { Logger } from '../src/base/logger.js';
import { start } from '../src/index.js';
import { runCli } from '../src/testing/cli/cli-process.js';
import { waitFor } from '../src/testing/wait-for.js';
import { laggingProxy } from './lagging-proxy.js';
import { atOnce, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const schema = `create table users (id int primary key, name text); insert into users select i, 'n' from generate_series(1, 60) i`;
const open = () => rigs.open({ schema, config: { entities: [{ table: 'public.users' }], initial: 'sql' } });

interface Told {
  readonly alert: string;
  readonly state: string;
  readonly link?: string;
  readonly value: number;
}

/** Answers the nth request by `answers[n]`, later ones with 204; `hang`: not at all. */
async function receiver(rig: Rig, answers: readonly (number | 'hang')[] = []) {
  const got: Told[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => {
      text += String(part);
    });
    request.on('end', () => {
      const answer = answers[got.length] ?? 204;
      got.push(JSON.parse(text) as Told);
      if (answer !== 'hang') response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  rig.atEnd(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { got, webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/secret-word` };
}

/** More than either link lags on a machine that is busy with other tests. */
const limitMs = 3000;

const impatient: Partial<ComposeOptions> = {
  engine: { heartbeatMs: 50 },
  watchTimes: {
    alertsEveryMs: 50,
    alertTimes: ({ forMs }) => ({ forMs: Math.min(forMs, 200), clearMs: 200 }),
    webhookTimeoutMs: 500,
  },
};

function keeping(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const keep = (fields: object, message: string) => void lines.push(`${JSON.stringify(fields)} ${message}`);
  return { lines, log: { debug: keep, info: keep, warn: keep, error: keep } };
}

test('a side that stands still: the lag fires, is told through a refusal and a hang, and clears', async () => {
  const rig = await open();
  const proxy = await laggingProxy(rig.sqlUrl);
  rig.atEnd(() => proxy.close());
  const { got, webhook } = await receiver(rig, [500, 'hang']);
  const { log, lines } = keeping();
  const config = { ...rig.config, sql: { url: proxy.url }, alerts: { cdcLagMs: limitMs, webhook } };
  const sync = await start(config, { ...impatient, log });
  rig.atEnd(() => sync.stop());
  const changes: string[] = [];
  sync.alerts.on('change', ({ name, state }) => changes.push(`${name} ${state}`));
  const events: string[] = [];
  sync.events.listen(undefined, ({ type, data }) => {
    if (type === 'alert') events.push((JSON.parse(data) as { state: string }).state);
  });
  await settle(sync);
  expect(await runCli(['alerts', '--url', sync.url])).toMatchObject({ code: 0, stdout: /None of 15 alerts fires/ });

  proxy.hold();
  await waitFor(() => got.length >= 3, { what: 'the alert to be delivered at the third try', limitMs: 30_000 });
  const listed = (await (await fetch(`${sync.url}/api/alerts`)).json()) as { alerts: readonly { state: string }[] };
  expect(listed.alerts.filter(({ state }) => state === 'firing')).toMatchObject([
    { name: 'cdc_lag', link: 'sql_to_mongodb', limit: limitMs, since: expect.stringMatching(/^\d{4}-.*Z$/) as string },
  ]);
  const cli = await runCli(['alerts', '--url', sync.url]);
  expect(cli).toMatchObject({ code: 1 });
  expect(cli.stdout).toContain('cdc_lag of sql to mongodb fires');
  proxy.release();
  await waitFor(() => got.length >= 4, { what: 'its end to be told' });
  expect(got.map(({ alert, state, link }) => [alert, state, link])).toEqual([
    ...Array.from({ length: 3 }, () => ['cdc_lag', 'firing', 'sql_to_mongodb']),
    ['cdc_lag', 'ok', 'sql_to_mongodb'],
  ]);
  expect(got[0]).toEqual({
    sync: rig.name,
    alert: 'cdc_lag',
    link: 'sql_to_mongodb',
    state: 'firing',
    severity: 'warning',
    value: expect.any(Number) as number,
    limit: limitMs,
    since: expect.any(String) as string,
    text: expect.stringContaining('cdc_lag of sql to mongodb fires') as string,
    runbook: 'docs/runbook.md#cdc_lag',
  });
  expect(got[0]?.value).toBeGreaterThan(limitMs);
  expect(changes).toEqual(['cdc_lag firing', 'cdc_lag ok']);
  expect(events).toEqual(['firing', 'ok']);
  expect(lines.filter((line) => line.includes('"alert":"cdc_lag","link"'))).toHaveLength(2);
  expect(lines.join('\n')).not.toContain('secret-word');
  await waitFor(async () => (await sync.metrics()).body.includes('isthmus_alert_deliveries_total{result="sent"} 2'), {
    what: 'the deliveries to be counted',
  });
});

test('colliding writes: the rate of conflicts fires, and clears when many more changes have crossed', async () => {
  const rig = await open();
  const { got, webhook } = await receiver(rig);
  const sync = await rig.start(impatient, { alerts: { webhook } });
  await settle(sync);
  await atOnce(
    sync,
    () => rig.sql.query(`update users set name = 'sql'`),
    () => rig.db.collection('users').updateMany({}, { $set: { name: 'mongodb' } }),
  );
  await waitFor(() => got.length > 0, { what: 'the alert' });
  expect(got[0]).toMatchObject({ alert: 'conflict_rate', state: 'firing', limit: 0.01 });
  expect(got[0]?.value).toBeCloseTo(60 / 120, 1);
  await rig.sql.query(`insert into users select i, 'n' from generate_series(1001, 8000) i`);
  await settle(sync);
  await waitFor(() => got.length > 1, { what: 'its end' });
  expect(got[1]).toMatchObject({ alert: 'conflict_rate', state: 'ok' });
});

test('a sync that stops for safety tells it before it is gone', async () => {
  const rig = await open();
  const { got, webhook } = await receiver(rig);
  const sync = await rig.start(impatient, { alerts: { webhook } });
  const failed = new Promise((resolve) => {
    sync.on('failed', resolve);
  });
  await settle(sync);
  const slot = `isthmus_${rig.name}`;
  await waitFor(
    async () => {
      await rig.sql.query('select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1', [
        slot,
      ]);
      return rig.sql.query('select pg_drop_replication_slot($1)', [slot]).then(
        () => true,
        () => false,
      );
    },
    { what: 'the slot to be dropped', limitMs: 20_000, everyMs: 1 },
  );
  expect(await failed).toMatchObject({ code: 'slot_lost' });
  await sync.stop();
  expect(got.map(({ alert, state }) => [alert, state])).toContainEqual(['failed', 'firing']);
});
