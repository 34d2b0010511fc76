import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../base/finding.js';
import { compilePolicy } from '../../conflict/compile-policy.js';
import type { FieldRuleConfig } from '../../conflict/compile-rule.js';
import type { Strategy } from '../../conflict/policy.js';
import type { ColumnType, Entity } from '../../model/entity.js';
import { tryMapping } from './check-resolvers.js';

let folder: string;
let written = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isthmus-resolvers-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function moduleOf(text: string): Promise<string> {
  const path = join(folder, `decide-${++written}.mjs`);
  await writeFile(path, text);
  return path;
}

const columns: Readonly<Record<string, ColumnType>> = {
  name: { kind: 'text', sql: 'text' },
  visits: { kind: 'int4', sql: 'integer' },
  price: { kind: 'numeric', sql: 'numeric', precision: 12, scale: 2 },
  ratio: { kind: 'float8', sql: 'double precision' },
  seen: { kind: 'timestamptz', sql: 'timestamp with time zone' },
  mood: { kind: 'enum', sql: 'public.mood', labels: ['glad', 'sad', 'mad'] },
  tags: { kind: 'array', sql: 'text[]', element: { kind: 'text', sql: 'text' } },
  more: { kind: 'jsonb', sql: 'jsonb' },
  owner: { kind: 'text', sql: 'text' },
};
const entity: Entity = {
  name: 'public.users',
  schema: 'public',
  table: 'users',
  collection: 'users',
  key: [{ column: 'id', field: '_id', type: { kind: 'int4', sql: 'integer' }, nullable: false, hasDefault: false }],
  fields: Object.entries(columns).map(([name, type]) => ({
    column: name,
    field: name,
    type,
    nullable: true,
    hasDefault: false,
  })),
  sequenceKey: false,
  mayDeviate: false,
};

interface Wish {
  readonly strategy: Strategy;
  readonly fields?: Readonly<Record<string, FieldRuleConfig>>;
  readonly module?: string;
  readonly vector?: string;
}

async function findingsOf(wish: Wish): Promise<readonly Finding[]> {
  const { policy, problems } = compilePolicy({ delete: 'delete_wins', chosen: true, ...wish }, entity);
  expect(problems).toEqual([]);
  return tryMapping({ entities: new Map([[entity.name, entity]]), policies: new Map([[entity.name, policy]]) });
}

/** Of a module that decides whole records. */
async function customFindings(text: string): Promise<readonly Finding[]> {
  return findingsOf({ strategy: 'custom', module: await moduleOf(text) });
}

const builtIn: readonly Wish[] = [
  { strategy: 'lww' },
  { strategy: 'prefer_sql' },
  { strategy: 'prefer_mongodb' },
  { strategy: 'manual' },
  { strategy: 'merge' },
  { strategy: 'ot' },
  { strategy: 'crdt' },
  { strategy: 'version_vector' },
  { strategy: 'version_vector', vector: 'more' },
  {
    strategy: 'merge',
    fields: {
      name: 'text',
      visits: 'counter',
      price: { flag: 'owner', sql: ['manual'], mongodb: ['computed'] },
      ratio: 'max',
      seen: 'min',
      mood: 'max',
      tags: 'set',
      more: 'merge_object',
    },
  },
  {
    strategy: 'merge',
    fields: { visits: 'max', price: 'counter', tags: 'merge_array', more: 'set', name: 'prefer_non_null', seen: 'lww' },
  },
  { strategy: 'merge', fields: { more: 'counter', ratio: 'counter', price: 'min' } },
  { strategy: 'merge', fields: { more: 'merge_array' } },
];

test.each(builtIn.map((wish) => ({ name: JSON.stringify(wish), wish })))(
  'our own rules hold: $name',
  async ({ wish }) => {
    const findings = await findingsOf(wish);
    expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(findings[0]?.what).toMatch(/^public\.users \(\w+\): 200 generated conflicts, always decided the same way/);
  },
);

test('stored counters and lists are tried in the shape that their rule works on', async () => {
  for (const rule of ['counter', 'set', 'merge_array', 'merge_object'] as const) {
    const [first] = await findingsOf({ strategy: 'merge', fields: { more: rule } });
    const pending = Number(/; (\d+) would wait/.exec(first?.what ?? '')?.[1] ?? 0);
    // Some: what one side cleared and the other counted on.
    expect(pending).toBeLessThan(60);
  }
});

test('rules that prefer a side are told as such', async () => {
  const findings = await findingsOf({ strategy: 'merge', fields: { visits: 'max', owner: 'prefer_mongodb' } });
  expect(findings[1]).toMatchObject({ state: 'ok', what: expect.stringContaining('owner (prefer_mongodb)') });
  expect(findings[1]?.what).not.toContain('visits');
});

test('a module that treats both sides alike is ok and nothing else', async () => {
  const text = `export default ({ sql, mongodb }) => {
    if (sql === null || mongodb === null) return null;
    return JSON.stringify(sql) < JSON.stringify(mongodb) ? sql : mongodb;
  };`;
  expect(await customFindings(text)).toMatchObject([{ state: 'ok' }]);
});

test('a module that prefers a side is a warning that names the fields', async () => {
  const findings = await customFindings('export default ({ sql, mongodb }) => ({ ...mongodb, visits: sql.visits });');
  expect(findings).toMatchObject([
    { state: 'ok' },
    { state: 'warning', what: expect.stringMatching(/decide-\d+\.mjs\) answers \d+ of 200 .* in name, visits, price/) },
  ]);
});

const unsteady: readonly { what: string; text: string }[] = [
  { what: 'randomness', text: 'export default ({ sql, mongodb }) => (Math.random() < 0.5 ? sql : mongodb);' },
  { what: 'the clock', text: 'export default ({ sql, mongodb }) => (Date.now() % 2 ? sql : mongodb);' },
  {
    what: 'what it was asked before',
    text: 'let last = null; export default ({ sql, mongodb }) => { const now = last === null ? sql : { ...mongodb, name: last }; last = sql.name; return now; };',
  },
];

test.each(unsteady)('a module that decides by $what is not deterministic', async ({ text }) => {
  expect(await customFindings(text)).toMatchObject([
    {
      state: 'failed',
      what: expect.stringContaining('is not deterministic'),
      remedy: expect.stringMatching(/no clock/),
    },
  ]);
});

const bad: readonly { what: string; text: string; state: string; told: RegExp }[] = [
  { what: 'throws always', text: 'export default () => { throw new Error(); };', state: 'failed', told: /threw Error/ },
  {
    what: 'throws now and then',
    text: 'export default ({ sql, mongodb }) => { if (sql.visits === null) throw new Error(); return mongodb; };',
    state: 'warning',
    told: /\d+ of \d+ questions have no usable answer: .* threw Error at line 1/,
  },
  {
    what: 'returns a promise',
    text: 'export default (x) => Promise.resolve(x.sql);',
    state: 'failed',
    told: /promise/,
  },
  {
    what: 'answers another key',
    text: 'export default ({ sql }) => ({ ...sql, _id: -1 });',
    state: 'failed',
    told: /another key/,
  },
  {
    what: 'answers a value that does not fit',
    text: 'export default ({ sql }) => ({ ...sql, visits: sql.visits === 7 ? 7 : "many" });',
    state: 'failed',
    told: /visits: the value does not fit integer/,
  },
  { what: 'forgets a field', text: 'export default () => ({});', state: 'failed', told: /lacks the field name/ },
];

test.each(bad)('a module that $what is told', async ({ text, state, told }) => {
  const findings = await customFindings(text);
  expect(findings.find((one) => one.state !== 'ok')).toMatchObject({ state, what: expect.stringMatching(told) });
  expect(findings.some((one) => one.state === 'failed')).toBe(state === 'failed');
});

test('a module that hangs ends the trial soon', async () => {
  const findings = await customFindings('export default () => { for (;;); };');
  expect(findings).toMatchObject([{ state: 'failed', what: expect.stringMatching(/did not answer within/) }]);
}, 60_000);

test('a module of a single field is tried too, and one that cannot be loaded is told', async () => {
  const prefers = await moduleOf('export default ({ sql }) => sql;');
  const fair = await moduleOf('export default ({ sql, mongodb }) => String(sql) < String(mongodb) ? sql : mongodb;');
  const findings = await findingsOf({
    strategy: 'merge',
    fields: { name: { custom: prefers }, owner: { custom: fair } },
  });
  expect(findings.filter(({ state }) => state !== 'ok')).toMatchObject([
    { state: 'warning', id: 'resolver.public.users.name.sides' },
  ]);
  const gone = await findingsOf({ strategy: 'merge', fields: { name: { custom: join(folder, 'gone.mjs') } } });
  expect(gone).toMatchObject([{ state: 'failed', what: expect.stringContaining('cannot be loaded') }]);
});
