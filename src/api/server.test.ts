/** The API's answers, guard and errors, over a sync that stands still. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { Comparison } from '../app/compare/comparison.js';
import { EventFeed, type LiveEvent } from '../app/events/event-feed.js';
import type { ReplayRequest } from '../app/record/replay.js';
import type { Sync, SyncState } from '../app/sync.js';
import { IsthmusError } from '../base/errors.js';
import { silentLogger } from '../base/logger.js';
import { comparisonDetailSchema, comparisonsSchema } from './comparison-schemas.js';
import { explanationSchema, numbersSchema, replaySchema } from './record-schemas.js';
import { statusSchema } from './schemas.js';
import { makeApp, startApi } from './server.js';
import { start } from './start.js';
import { alertsSchema, historySchema } from './watch-schemas.js';

const time = '2026-01-01T00:00:00.000Z';

const comparison: Comparison = {
  id: 'c',
  state: 'done',
  compared: 2,
  different: 0,
  missing: { sql: 0, mongodb: 0 },
  repaired: 0,
  waiting: 0,
  unsettled: 0,
  total: 2,
  repair: null,
  dryRun: false,
  planned: null,
  sample: 1,
  tables: {},
  startedAt: null,
  finishedAt: null,
  reason: 'asked',
  by: 'api',
  error: null,
};

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
      sqlServer: 'PostgreSQL' as const,
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
      transport: null,
      forecast: {
        sql: { retainedBytes: 1024, limitBytes: null, hoursLeft: null },
        mongodb: { windowSeconds: 3600, hoursLeft: 1.5 },
      },
    };
  }
  orders: unknown[] = [];
  lifecycle = {
    show: async () => {
      const rollback = { level: 0, stage: 'calm', since: time, reason: '', divergenceRate: null, needsApproval: false };
      return {
        lifecycle: true,
        phase: 'bidirectional' as const,
        share: null,
        since: time,
        direction: 'both' as const,
        reads: { sql: 0, mongodb: 1 },
        compareEveryMs: null,
        next: null,
        back: [],
        history: [],
        rollback,
        passiveWrites: {},
      };
    },
    order: (request: { readonly action: string }) => {
      this.orders.push(request);
      if (request.action === 'advance')
        throw new IsthmusError('phase_refused', { message: 'Not ready for mongodb_primary. lag: 9 s, required 5 s.' });
      return this.lifecycle.show();
    },
    routing: () =>
      Promise.resolve({
        phase: 'bidirectional' as const,
        reads: { sql: 0, mongodb: 1 },
        writes: { sql: true, mongodb: true },
        compared: 0,
      }),
    report: (): never => {
      throw new Error('not asked for here');
    },
  };
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
        state: 'open' as const,
        discardedAt: null,
        discardedBy: null,
      },
    ];
  }
  asked: unknown[] = [];
  readonly letters = {
    answer: async (...given: unknown[]) => {
      this.asked.push(given);
      return { id: String(given[0]), outcome: 'crossed' as const, reason: null };
    },
    answerAll: async (...given: unknown[]) => {
      this.asked.push(given);
      return { crossed: 1, discarded: 0, refused: 0, conflict: 0, left: 0 };
    },
    discarded: async () => [],
  };
  readonly reads = {
    accept: () => true,
    check: () => {},
    counts: () => {
      const none = { total: 1, compared: 1, different: 0, inFlight: 0, waiting: 0, skipped: 0, rate: 0 };
      return { ...none, queued: 0, byTable: { 'public.users': none } };
    },
  };
  async numbers() {
    const latency = { p50Ms: 1, p95Ms: 2, p99Ms: 3 };
    const kinds = {
      write_write: 1,
      insert_insert: 0,
      delete_update: 0,
      type_mismatch: 0,
      structural: 0,
      unique_violation: 0,
    };
    return {
      syncLatency: { sql_to_mongodb: latency, mongodb_to_sql: latency },
      throughput: 5,
      conflictRate: 0.01,
      divergenceRate: null,
      autoResolutionRate: 1,
      manualResolutionPending: 0,
      errorRate: 0,
      retryRate: 0,
      dlqMessages: 1,
      cdcLag: { sql_to_mongodb: 0, mongodb_to_sql: 7 },
      kafkaLag: null,
      replicationLag: { sql: 1024, mongodb: null },
      conflicts: {
        total: 1,
        last24h: 1,
        byTable: { 'public.users': 1 },
        byKind: kinds,
        byStrategy: { lww: 1 },
        avgResolutionMs: null,
        pendingManual: 0,
      },
    };
  }
  replays: unknown[] = [];
  async replay(request: ReplayRequest) {
    this.replays.push(request);
    const counts = { replayed: 0, same: 0, different: 0, wouldWait: 0, wouldDecide: 0, skipped: 0 };
    return { strategy: request.strategy, ...counts, unfit: [], oldest: null, more: false, differences: [] };
  }
  explained: unknown[] = [];
  async explain(...given: unknown[]) {
    this.explained.push(given);
    return {
      table: 'public.users',
      collection: 'users',
      key: 7,
      present: { sql: true, mongodb: true },
      equal: true,
      pending: null,
      deadLetter: null,
      deletedBy: null,
      fields: [{ field: 'name', sql: 'Ada', mongodb: 'Ada', equal: true, origin: { from: 'no_conflict' as const } }],
      conflicts: 0,
      more: false,
    };
  }
  feed = new EventFeed({ epoch: 'test', mostListeners: 1 });
  events = {
    listen: (lastId: string | undefined, listener: (event: LiveEvent) => void) => this.feed.listen(lastId, listener),
  };
  alerts = { list: () => [], on: () => {} };
  comparisons = {
    start: async (request: unknown): Promise<typeof comparison> => {
      this.decisions.push(request);
      return comparison;
    },
    list: async () => [comparison],
    get: async () => ({ ...comparison, differences: [], cursor: null }),
    repair: async () => comparison,
    cancel: async () => comparison,
    every: () => {},
    everyMs: null,
    on: () => {},
  };
  minutesAsked: number[] = [];
  history(minutes: number) {
    this.minutesAsked.push(minutes);
    const course = { lagMs: [0], latencyP95Ms: [12.5], throughput: [3] };
    return { stepMs: 1000, times: [1], links: { sql_to_mongodb: course, mongodb_to_sql: course } };
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

function open(options: { token?: string; host?: string; dashboard?: string } = {}) {
  const sync = new StillSync();
  const { token = '', dashboard = '/nowhere' } = options;
  const app = makeApp(sync, { token, log: silentLogger, dashboard }, options.host ?? '127.0.0.1');
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

describe('dead letters', () => {
  it('are tried again or given up by id and all at once, with or without a body', async () => {
    const { sync, post } = open();
    expect((await post('/api/dead-letters/d1/retry')).json()).toMatchObject({ outcome: 'crossed' });
    expect((await post('/api/dead-letters/d1/discard', { by: 'ada' })).statusCode).toBe(200);
    expect((await post('/api/dead-letters/discard', { table: 'public.users' })).json()).toMatchObject({ crossed: 1 });
    expect(sync.asked).toEqual([
      ['d1', 'retry', 'api'],
      ['d1', 'discard', 'ada'],
      ['discard', { table: 'public.users', by: 'api' }],
    ]);
    expect((await post('/api/dead-letters/discard', { all: true })).statusCode).toBe(400);
  });
});

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

  it('shows the phase, takes orders of the documented form, and says why one is refused', async () => {
    const { sync, get, post } = open();
    expect((await get('/api/phase')).json()).toMatchObject({ phase: 'bidirectional', rollback: { level: 0 } });
    expect((await get('/api/routing')).json()).toMatchObject({ reads: { sql: 0, mongodb: 1 } });
    expect((await post('/api/phase', { action: 'rollback', to: 'replicate', by: 'ann' })).statusCode).toBe(200);
    expect(sync.orders).toEqual([{ action: 'rollback', to: 'replicate', by: 'ann' }]);
    const refused = await post('/api/phase', { action: 'advance' });
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'phase_refused']);
    expect(refused.json().message).toContain('lag');
    for (const body of [
      undefined,
      {},
      { action: 'fly' },
      { action: 'advance', share: 2 },
      { action: 'rollback', to: 5 },
    ])
      expect((await post('/api/phase', body)).statusCode).toBe(400);
  });

  it('gives comparisons of the documented form, and refuses what is none', async () => {
    const { get, post } = open();
    const valid = (schema: object, body: unknown): boolean => new Ajv({ strict: false }).validate(schema, body);
    expect(valid(comparisonsSchema, (await get('/api/comparisons')).json())).toBe(true);
    expect(valid(comparisonDetailSchema, (await get('/api/comparisons/c?limit=5')).json())).toBe(true);
    expect((await post('/api/comparisons', { sample: 0.5, repair: 'sql', dryRun: true })).statusCode).toBe(202);
    for (const wrong of [
      { sample: 0 },
      { sample: 2 },
      { repair: 'both' },
      { entities: [] },
      { entities: [{ $ne: 1 }] },
    ])
      expect((await post('/api/comparisons', wrong)).statusCode).toBe(400);
    expect((await post('/api/comparisons/c/repair', { use: 'base' })).statusCode).toBe(400);
  });

  it('gives numbers, a replay and an explanation of the documented forms', async () => {
    const { get } = open();
    const forms = [
      ['/api/metrics', numbersSchema],
      ['/api/conflicts/replay?strategy=lww', replaySchema],
      ['/api/explain?table=public.users&key=7', explanationSchema],
    ] as const;
    for (const [path, schema] of forms) {
      const answer = await get(path);
      expect(answer.statusCode).toBe(200);
      expect(new Ajv({ strict: false }).validate(schema, answer.json())).toBe(true);
    }
  });

  it('gives alerts and a course of the documented forms, of a day at most', async () => {
    const { sync, get } = open();
    expect(new Ajv({ strict: false }).validate(alertsSchema, (await get('/api/alerts')).json())).toBe(true);
    const course = await get('/api/history');
    expect(new Ajv({ strict: false }).validate(historySchema, course.json())).toBe(true);
    await get('/api/history?minutes=1440');
    expect(sync.minutesAsked).toEqual([15, 1440]);
    for (const query of ['minutes=0', 'minutes=1441', 'minutes=x', 'hours=1'])
      expect((await get(`/api/history?${query}`)).json()).toMatchObject({ code: 'request_invalid' });
  });

  it('asks for a replay with what the request names, and for a record by the text of its key', async () => {
    const { sync, get } = open();
    await get('/api/conflicts/replay?strategy=configured&since=2026-01-31T12:00:00Z&table=public.users&limit=7');
    await get('/api/conflicts/replay?strategy=merge&since=24h');
    const since = Date.UTC(2026, 0, 31, 12);
    expect(sync.replays[0]).toEqual({ strategy: 'configured', since, table: 'public.users', limit: 7 });
    expect(sync.replays[1]).toEqual({ strategy: 'merge', since: expect.any(Number), limit: 10_000 });
    expect(Date.now() - 86_400_000 - (sync.replays[1] as { since: number }).since).toBeLessThan(60_000);
    await get(`/api/explain?table=public.users&key=${encodeURIComponent('{"a": "1&2"}')}`);
    expect(sync.explained).toEqual([['public.users', '{"a": "1&2"}']]);
  });

  it('describes every route in OpenAPI', async () => {
    const document = (await open().get('/api/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/api/conflicts/{id}');
  });

  it('serves the built dashboard from memory: types, a policy without inline code, zipped where that is read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-dashboard-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Isthmus</title>');
    writeFileSync(join(folder, 'assets', 'index-abc.js'), 'export {};');
    writeFileSync(join(folder, 'assets', 'unknown.bin'), 'x');
    const { get } = open({ dashboard: folder, token: 'right' });
    rmSync(folder, { recursive: true });
    const page = await get('/');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.headers['cache-control']).toBe('no-cache');
    const script = await get('/assets/index-abc.js', { 'accept-encoding': 'gzip, br' });
    expect(script.headers).toMatchObject({ 'content-encoding': 'gzip', 'x-content-type-options': 'nosniff' });
    expect(script.headers['content-type']).toContain('text/javascript');
    expect(gunzipSync(script.rawPayload).toString()).toBe('export {};');
    for (const path of ['/assets/unknown.bin', '/assets/..%2f..%2fpackage.json'])
      expect((await get(path, { authorization: 'Bearer right' })).statusCode).toBe(404);
  });

  it('says what to do where the dashboard is not built', async () => {
    const page = await open({ dashboard: '/nowhere' }).get('/');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('npm run build');
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

  it.each([
    '/api/conflicts/replay',
    '/api/conflicts/replay?strategy=newest',
    '/api/conflicts/replay?strategy=lww&since=yesterday',
    '/api/conflicts/replay?strategy=lww&since=2026-13-45',
    '/api/conflicts/replay?strategy=lww&limit=1000000',
    '/api/explain?table=public.users',
    '/api/explain?key=7',
  ])('refuses %s', async (path) => {
    expect(await code(open().get(path))).toEqual([400, 'request_invalid']);
  });

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
    // A second process by mistake must not take over before it meets the first one's port: it has not even asked for its servers.
    const config = {
      name: 'second',
      sql: { url: 'postgresql://127.0.0.1:1/none' },
      mongodb: { url: 'mongodb://127.0.0.1:1', database: 'none' },
      entities: [{ table: 'public.t' }],
      api: { listen: api.url.slice('http://'.length) },
    };
    await expect(start(config)).rejects.toMatchObject({ code: 'listen_refused' });
    await api.close();
  });
});
