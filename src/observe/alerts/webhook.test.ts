/** The webhook against real HTTP servers that refuse, hang, send on and vanish. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { waitFor } from '../../testing/wait-for.js';
import { type Delivery, Webhook } from './webhook.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Answer = (response: ServerResponse) => void;

async function receiver(answer: (nth: number) => Answer) {
  const got: unknown[] = [];
  const server: Server = createServer((request: IncomingMessage, response) => {
    let text = '';
    request.on('data', (part) => (text += String(part)));
    request.on('end', () => {
      got.push({ method: request.method, type: request.headers['content-type'], body: JSON.parse(text) as unknown });
      answer(got.length)(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path?key=secret` };
}

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(code, headers).end('whatever');
const hang: Answer = () => {};

function webhook(url: string) {
  const lines: string[] = [];
  const counts: Record<Delivery, number> = { sent: 0, given_up: 0, dropped: 0 };
  const keep = (fields: object, message: string) => void lines.push(`${JSON.stringify(fields)} ${message}`);
  const log: Logger = { debug: keep, info: keep, warn: keep, error: keep };
  const hook = new Webhook({
    url,
    clock: systemClock,
    log,
    counted: (what) => {
      counts[what] += 1;
    },
    timeoutMs: 200,
    firstPauseMs: 5,
  });
  closers.push(() => hook.stop(0));
  return { hook, lines, counts };
}

test('it is posted again after a refusal and a hang, in order, and the address is never told', async () => {
  const { got, url } = await receiver((nth) => [status(500), hang, status(204)][nth - 1] ?? status(200));
  const { hook, lines, counts } = webhook(url);
  hook.post('cdc_lag', { alert: 'cdc_lag', state: 'firing' });
  hook.post('cdc_lag', { alert: 'cdc_lag', state: 'ok' });
  await waitFor(() => counts.sent === 2, { what: 'both to be sent' });
  expect(got).toEqual(
    ['firing', 'firing', 'firing', 'ok'].map((state) => ({
      method: 'POST',
      type: 'application/json',
      body: { alert: 'cdc_lag', state },
    })),
  );
  expect(lines).toHaveLength(2);
  expect(lines.join('\n')).toMatch(/status 500[\s\S]*no answer in time/);
  expect(lines.join('\n')).not.toMatch(/secret|127\.0\.0\.1/);
});

test('a redirect is not followed, and what a receiver refuses is not sent again', async () => {
  const other = await receiver(() => status(200));
  const { got, url } = await receiver((nth) => (nth === 1 ? status(307, { location: other.url }) : status(403)));
  const { hook, lines, counts } = webhook(url);
  hook.post('failed', {});
  hook.post('failed', {});
  await waitFor(() => counts.given_up === 2, { what: 'both to be given up' });
  expect([got.length, other.got.length]).toEqual([2, 0]);
  expect(lines.join('\n')).toMatch(/status 307[\s\S]*status 403/);
});

test('with nobody there it gives up in the end; what waits is bounded, and a stop does not wait for it', async () => {
  const { hook, lines, counts } = webhook('http://127.0.0.1:1/secret');
  for (let i = 0; i < 150; i++) hook.post('failed', { i });
  expect(counts.dropped).toBe(49);
  const began = performance.now();
  await hook.stop(50);
  expect(performance.now() - began).toBeLessThan(2000);
  expect(counts).toEqual({ sent: 0, given_up: 101, dropped: 49 });
  expect(lines.join('\n')).not.toMatch(/secret|127\.0\.0\.1/);
});
