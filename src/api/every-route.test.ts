/**
 * What every route must do with bad requests, asked of every route in the list, so that a new one is covered by itself: 4xx
 * with a code, a message and a remedy, nothing of the inside, no secret. Good answers are of the documented forms.
 */
import { Validator } from '@seriousme/openapi-schema-validator';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../base/catalogue.js';
import { silentLogger } from '../base/logger.js';
import type { Route } from './route.js';
import { routes } from './routes.js';
import { makeApp } from './server.js';

const token = 'a-secret-token-1234567890';
const host = '127.0.0.1:7070';
let app: FastifyInstance;
let reached = 0;

/** Any call of the sync's, however deep, is one too many: a bad request ends before it. */
const untouched: unknown = new Proxy(() => {}, {
  get: (_, name) => (name === 'then' ? undefined : untouched),
  apply: () => {
    reached++;
    throw new Error(`the inside: ${token} postgres://user:password@db/shop`);
  },
});

beforeAll(() => {
  app = makeApp(untouched as never, { token, log: silentLogger, rateLimit: 100_000 }, '127.0.0.1');
});
afterAll(() => app.close());

interface Asked {
  readonly query?: string;
  readonly payload?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly id?: string;
}

async function ask(route: Route, { query = '', payload, headers = {}, method, id = 'x' }: Asked) {
  const path = route.path.replaceAll(/:[a-z]+/g, encodeURIComponent(id));
  const answer = await app.inject({
    method: (method ?? route.method) as 'GET',
    url: path + query,
    headers: {
      host,
      authorization: `Bearer ${token}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, text: answer.body, headers: answer.headers };
}

type Answer = Awaited<ReturnType<typeof ask>>;

function expectRefused({ status, text }: Answer, statuses: readonly number[]): void {
  expect(statuses, text).toContain(status);
  const body = JSON.parse(text) as Record<string, string>;
  expect(Object.keys(body).sort()).toEqual(['code', 'message', 'remedy']);
  expect(Object.keys(catalogue)).toContain(body['code']);
  for (const value of Object.values(body)) expect(value).toMatch(/\S/);
  expect(text).not.toMatch(/node_modules|\.ts:|\.js:|at \w+ \(/);
  expect(text).not.toContain(token);
  expect(text).not.toContain('password');
}

const all = routes.map((route) => [`${route.method} ${route.path}`, route] as const);
const guarded = all.filter(([, { open }]) => !open);
const withBody = all.filter(([, { body }]) => body !== undefined);
const withQuery = all.filter(([, { query }]) => query !== undefined);

describe('every route refuses', () => {
  it.each(guarded)('%s: without a token, and with wrong ones', async (_, route) => {
    for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`, token])
      expectRefused(await ask(route, { headers: { authorization } }), [401]);
  });

  it.each(all)('%s: another Host, a foreign Origin', async (_, route) => {
    expectRefused(await ask(route, { headers: { host: 'evil.example' } }), [403]);
    expectRefused(await ask(route, { headers: { origin: 'https://evil.example' } }), [403]);
    expectRefused(await ask(route, { headers: { origin: 'null' } }), [403]);
    if (!route.open) expectRefused(await ask(route, { headers: { 'sec-fetch-site': 'cross-site' } }), [403]);
  });

  it.each(all)('%s: a method that it does not know', async (_, route) => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) expectRefused(await ask(route, { method }), [404, 405]);
  });

  it.each(withBody)('%s: a body that is none', async (_, route) => {
    const bad = ['{', '"text"', '[]', '[{}]', '7', 'true', '{"unknown_key": 1}', '{"$gt": ""}', '{"by": {"$gt": ""}}'];
    for (const payload of bad) expectRefused(await ask(route, { payload }), [400]);
    for (const payload of ['{"__proto__": {"by": "x"}}', '{"constructor": {"prototype": {}}}'])
      expectRefused(await ask(route, { payload }), [400]);
    expectRefused(await ask(route, { payload: `{"by": "${'x'.repeat(1_100_000)}"}` }), [413]);
    const other = { 'content-type': 'text/xml' };
    expectRefused(await ask(route, { payload: '<a/>', headers: other }), [415]);
    expectRefused(
      await ask(route, { payload: 'by=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      [415],
    );
  });

  it.each(withBody)('%s: each key of its body with a wrong type', async (_, route) => {
    for (const [name, schema] of Object.entries((route.body?.properties ?? {}) as Record<string, { type?: unknown }>)) {
      // What takes anything takes these as well.
      if (schema.type === undefined && !('anyOf' in schema) && !('enum' in schema)) continue;
      for (const value of [{ $ne: null }, [['x']], null]) {
        if (Array.isArray(schema.type) && typeof value === 'object' && value !== null && !Array.isArray(value))
          continue;
        const answer = await ask(route, { payload: JSON.stringify({ [name]: value }) });
        if (!takesNull(schema) || value !== null) expectRefused(answer, [400]);
      }
    }
  });

  it.each(withQuery)('%s: unknown keys, operators and wrong types in its query', async (_, route) => {
    for (const query of ['?unknown=1', '?$where=1', '?limit[$gt]=1', '?__proto__=1', '?table[$ne]=x'])
      expectRefused(await ask(route, { query }), [400]);
    const properties = Object.entries(route.query?.properties as Record<string, { type?: string; enum?: unknown }>);
    for (const [name, { type, enum: values }] of properties) {
      if (type === 'integer' || type === 'number')
        for (const value of ['x', '-1', '1e99', ''])
          expectRefused(await ask(route, { query: `?${name}=${value}` }), [400]);
      if (values !== undefined)
        expectRefused(await ask(route, { query: `?${name}=%7B%22%24gt%22%3A%22%22%7D` }), [400]);
      expectRefused(await ask(route, { query: `?${name}=a&${name}=b` }), [400]);
    }
  });

  it('before it asks the sync for anything', () => expect(reached).toBe(0));

  it.each(guarded)('%s: and says nothing of what fails inside', async (_, route) => {
    const { status, text } = await ask(route, { payload: route.body ? sample(route) : undefined } as Asked);
    expect(status, text).toBeGreaterThanOrEqual(400);
    expect(text).not.toContain(token);
    expect(text).not.toMatch(/password|the inside|node_modules|\.ts:/);
    expect(Object.keys(JSON.parse(text) as object).sort()).toEqual(['code', 'message', 'remedy']);
  });
});

describe('all together', () => {
  it('an unknown path, one that climbs, and one that is too long', async () => {
    for (const url of ['/api/nothing', '/api/../etc/passwd', '/api/%2e%2e/x', `/api/conflicts/${'x'.repeat(300)}`]) {
      const answer = await app.inject({ method: 'GET', url, headers: { host, authorization: `Bearer ${token}` } });
      expect([400, 404, 414], url).toContain(answer.statusCode);
      expect(Object.keys(answer.json() as object).sort()).toEqual(['code', 'message', 'remedy']);
    }
  });

  it('answers carry the headers that keep browsers from mischief', async () => {
    for (const [, route] of guarded) {
      const { headers } = await ask(route, { headers: { authorization: '' } });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
      });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
  });

  it('too many requests of one address are told so, and wrong tokens count for more', async () => {
    const small = makeApp(untouched as never, { token, log: silentLogger, rateLimit: 5 }, '127.0.0.1');
    const get = (authorization: string) =>
      small.inject({ method: 'GET', url: '/api/nothing', headers: { host, authorization } });
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) statuses.push((await get(`Bearer ${token}`)).statusCode);
    expect(statuses.slice(0, 10).every((status) => status === 404)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
    const told = await get(`Bearer ${token}`);
    expect(told.headers['retry-after']).toBe('1');
    expect(told.json()).toMatchObject({ code: 'too_many_requests' });
    await small.close();
  });

  it('the OpenAPI document is valid and has every route', async () => {
    const answer = await app.inject({ url: '/api/openapi.json', headers: { host, authorization: `Bearer ${token}` } });
    const document = answer.json() as { paths: Record<string, Record<string, unknown>> };
    expect(await new Validator().validate(document)).toMatchObject({ valid: true });
    for (const { method, path } of routes)
      expect(document.paths[path.replaceAll(/:([a-z]+)/g, '{$1}')]?.[method.toLowerCase()], path).toBeDefined();
  });
});

function takesNull(schema: object): boolean {
  return JSON.stringify(schema).includes('"null"');
}

/** A body as the schema asks for it, made from its first choices. */
function sample(route: Route): string {
  const make = (schema: Record<string, unknown>): unknown => {
    if (schema['enum']) return (schema['enum'] as unknown[])[0];
    if (schema['anyOf']) return make((schema['anyOf'] as Record<string, unknown>[])[0] as Record<string, unknown>);
    const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
    if (type === 'object') {
      const required = (schema['required'] ?? []) as string[];
      const properties = schema['properties'] as Record<string, Record<string, unknown>>;
      return Object.fromEntries(required.map((name) => [name, make(properties[name] ?? {})]));
    }
    if (type === 'array') return [make(schema['items'] as Record<string, unknown>)];
    return type === 'integer' || type === 'number' ? (schema['minimum'] ?? 1) : type === 'boolean' ? true : 'x';
  };
  return JSON.stringify(make(route.body as unknown as Record<string, unknown>));
}
