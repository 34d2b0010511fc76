/** The API's answers, guard and errors, over a sync that stands still. */
import { Ajv } from 'ajv';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { Sync, SyncState } from '../app/sync.js';
import { silentLogger } from '../base/logger.js';
import { statusSchema } from './schemas.js';
import { makeApp, startApi } from './server.js';

class StillSync implements Sync {
  state: SyncState = 'running';
  filters: unknown[] = [];
  status() {
    const link = {
      position: null,
      lagMs: 0,
      pending: 0,
      held: 0,
      applied: 3,
      echoes: 1,
      latency: { p50Ms: 1, p95Ms: 2, p99Ms: 3 },
      lastError: null,
    };
    return {
      name: 'shop',
      phase: 'bidirectional',
      state: this.state,
      rollbackLevel: 0,
      links: { sql_to_mongodb: link, mongodb_to_sql: link },
      entities: [
        {
          table: 'public.users',
          collection: 'users',
          load: { state: 'done' as const, rows: 2, total: 2 },
          stopped: null,
        },
      ],
      conflicts: { pending: 0, total: 1 },
      deadLetters: 0,
      clockSkewMs: 0,
    };
  }
  counts(): never {
    throw new Error('not asked for here');
  }
  async pause() {
    this.state = 'paused';
  }
  async resume() {
    this.state = 'running';
  }
  async stop() {}
  loads: unknown[] = [];
  async load(...given: unknown[]) {
    this.loads.push(given);
  }
  async settled() {
    return true;
  }
  decisions: unknown[] = [];
  async decide(...given: unknown[]) {
    this.decisions.push(given);
    return { conflictId: 'c1', table: 'public.users', collection: 'users', kind: 'write_write', state: 'resolved' };
  }
  async decideAll(...given: unknown[]) {
    this.decisions.push(given);
    return { decided: 2, moved: 0, refused: 1, unknown: 0 };
  }
  compare(): never {
    throw new Error('not asked for here');
  }
  async conflicts(filter: unknown) {
    this.filters.push(filter);
    return { conflicts: [], cursor: null };
  }
  async conflict(id: string) {
    if (id === 'broken') throw new Error('secret inside');
    return id === 'c1' ? { conflictId: 'c1' } : null;
  }
  async deadLetters() {
    const letter = {
      id: 'd1',
      table: 'public.users',
      key: '7',
      link: 'sql_to_mongodb' as const,
      code: 'too_large',
      reason: 'more than 16 MB',
      attempts: 3,
    };
    return [
      {
        ...letter,
        firstAt: '2026-01-01T00:00:00.000Z',
        lastAt: '2026-01-01T00:00:01.000Z',
        before: null,
        after: { name: 'a' },
      },
    ];
  }
  async metrics() {
    return { type: 'text/plain', body: 'isthmus_phase 1\n' };
  }
  on() {}
}

const apps: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

function open(options: { token?: string; host?: string } = {}) {
  const sync = new StillSync();
  const app = makeApp(sync, { token: options.token ?? '', log: silentLogger }, options.host ?? '127.0.0.1');
  apps.push(app);
  const get = (url: string, headers: Record<string, string> = {}) =>
    app.inject({ method: 'GET', url, headers: { host: '127.0.0.1:7070', ...headers } });
  const post = (url: string, payload?: object | string, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      ...(payload === undefined ? {} : { payload }),
      headers: { host: 'localhost:7070', ...headers },
    });
  return { sync, get, post };
}

describe('answers', () => {
  it('gives a status of the documented form', async () => {
    const answer = await open().get('/api/status');
    expect(answer.statusCode).toBe(200);
    expect(new Ajv({ strict: false }).validate(statusSchema, answer.json())).toBe(true);
  });

  it('pauses and resumes, with and without a body', async () => {
    const { sync, post } = open();
    expect((await post('/api/pause')).json().state).toBe('paused');
    expect(sync.state).toBe('paused');
    expect((await post('/api/resume', {})).json().state).toBe('running');
  });

  it('is ready only while changes cross, and healthy unless failed', async () => {
    const { sync, get } = open();
    expect((await get('/readyz')).statusCode).toBe(200);
    sync.state = 'paused';
    expect([(await get('/readyz')).statusCode, (await get('/healthz')).statusCode]).toEqual([503, 200]);
    sync.state = 'failed';
    expect((await get('/healthz')).statusCode).toBe(503);
  });

  it('lists conflicts with a default limit and passes only known filters', async () => {
    const { sync, get } = open();
    await get('/api/conflicts?state=pending&limit=7&table=public.users');
    await get('/api/conflicts');
    expect(sync.filters).toEqual([{ state: 'pending', limit: 7, table: 'public.users' }, { limit: 50 }]);
  });

  it('lists dead letters and shows one', async () => {
    const { get } = open();
    expect((await get('/api/dead-letters')).json().deadLetters).toHaveLength(1);
    expect((await get('/api/dead-letters/d1')).json()).toMatchObject({ code: 'too_large', attempts: 3 });
    expect((await get('/api/dead-letters/none')).statusCode).toBe(404);
  });

  it('loads a table again', async () => {
    const { sync, post } = open();
    expect((await post('/api/loads', { table: 'public.users', from: 'mongodb' })).statusCode).toBe(202);
    expect(sync.loads).toEqual([['public.users', 'mongodb']]);
    for (const body of [
      undefined,
      {},
      { table: 'public.users' },
      { table: 'a', from: 'both' },
      { table: 5, from: 'sql' },
    ]) {
      expect((await post('/api/loads', body)).statusCode).toBe(400);
    }
  });

  it('describes every route in OpenAPI', async () => {
    const document = (await open().get('/api/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/api/conflicts/{id}');
  });

  it('serves a page whose script and style its policy allows by hash only', async () => {
    const page = await open().get('/');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toMatch(/script-src 'sha256-/);
    expect(page.headers['content-security-policy']).not.toContain('unsafe-inline');
  });
});

describe('refusals', () => {
  const code = async (answer: Promise<{ statusCode: number; json: () => { code: string; remedy: string } }>) => {
    const { statusCode, json } = await answer;
    expect(Object.keys(json())).toEqual(['code', 'message', 'remedy']);
    return [statusCode, json().code];
  };

  it('asks for the token everywhere but at the open routes', async () => {
    const { get, post } = open({ token: 'right' });
    expect(await code(get('/api/status'))).toEqual([401, 'unauthorized']);
    expect(await code(get('/metrics'))).toEqual([401, 'unauthorized']);
    expect(await code(get('/api/openapi.json', { authorization: 'Bearer wrong' }))).toEqual([401, 'unauthorized']);
    expect(await code(post('/api/pause', {}))).toEqual([401, 'unauthorized']);
    expect(await code(get('/nothing'))).toEqual([401, 'unauthorized']);
    expect((await get('/api/status', { authorization: 'Bearer right' })).statusCode).toBe(200);
    for (const path of ['/healthz', '/readyz', '/']) expect((await get(path)).statusCode).toBe(200);
  });

  it.each([
    ['a foreign Host', { host: 'evil.example' }],
    ['a foreign Host with our port', { host: 'evil.example:7070' }],
    ['a foreign Origin', { origin: 'https://evil.example' }],
    ['the Origin of another port', { origin: 'http://127.0.0.1:9999' }],
    ['an opaque Origin', { origin: 'null' }],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s', async (_name, headers) => {
    expect(await code(open().post('/api/pause', {}, headers))).toEqual([403, 'request_refused']);
  });

  it('lets its own pages ask', async () => {
    expect(
      (await open().post('/api/pause', {}, { origin: 'http://localhost:7070', 'sec-fetch-site': 'same-origin' }))
        .statusCode,
    ).toBe(200);
  });

  it.each(['?limit=0', '?limit=ten', '?limit=501', '?state=gone', '?kind[$ne]=x', '?where=1', '?table=a&table=b'])(
    'refuses the query %s',
    async (query) => {
      expect(await code(open().get(`/api/conflicts${query}`))).toEqual([400, 'request_invalid']);
    },
  );

  it('refuses bodies of a wrong form, type or size', async () => {
    const { post } = open();
    expect(await code(post('/api/pause', { now: true }))).toEqual([400, 'request_invalid']);
    expect(await code(post('/api/pause', '[1]', { 'content-type': 'application/json' }))).toEqual([
      400,
      'request_invalid',
    ]);
    expect(await code(post('/api/pause', '{', { 'content-type': 'application/json' }))).toEqual([
      400,
      'request_invalid',
    ]);
    expect(await code(post('/api/pause', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }))).toEqual([
      415,
      'request_invalid',
    ]);
    expect(await code(post('/api/pause', { a: 'x'.repeat(2 << 20) }))).toEqual([413, 'request_invalid']);
  });

  it('names what is not there and hides what broke', async () => {
    const { get } = open();
    expect(await code(get('/api/conflicts/none'))).toEqual([404, 'not_found']);
    expect(await code(get('/api/nothing'))).toEqual([404, 'not_found']);
    const broken = await get('/api/conflicts/broken');
    expect(broken.statusCode).toBe(500);
    expect(broken.body).not.toContain('secret');
  });

  it('does not listen for others without a token', async () => {
    const listen = (address: string, token: string) =>
      startApi(new StillSync(), { listen: address, token, log: silentLogger });
    await expect(listen('0.0.0.0:0', '')).rejects.toMatchObject({ code: 'listen_refused' });
    const api = await listen('127.0.0.1:0', '');
    await expect(listen(api.url.slice('http://'.length), '')).rejects.toMatchObject({ code: 'listen_refused' });
    await api.close();
  });
});
