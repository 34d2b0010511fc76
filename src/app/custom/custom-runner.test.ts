import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { CustomInput } from '../../conflict/custom.js';
import { defaultPolicy, type Policy } from '../../conflict/policy.js';
import { waitFor } from '../../testing/wait-for.js';
import { CustomRunner } from './custom-runner.js';
import { type CustomLimits, defaultCustomLimits } from './custom-thread.js';

let folder: string;
const runners: CustomRunner[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isthmus-custom-'));
});
afterEach(async () => {
  for (const one of runners.splice(0)) await one.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let written = 0;

async function moduleOf(text: string, ending = 'mjs'): Promise<string> {
  const path = join(folder, `decide-${++written}.${ending}`);
  await writeFile(path, text);
  return path;
}

function runner(limits: Partial<CustomLimits> = {}): CustomRunner {
  const one = new CustomRunner({ ...defaultCustomLimits, ...limits });
  runners.push(one);
  return one;
}

function input(sql: unknown, mongodb: unknown): CustomInput {
  const meta = { table: 'public.t', collection: 't', key: { id: 1 }, kind: 'write_write', field: null };
  return { base: null, sql, mongodb, meta: { ...meta, sqlTime: 1, mongodbTime: 2 } };
}

async function answerOf(text: string, limits: Partial<CustomLimits> = {}) {
  return runner(limits).run({ module: await moduleOf(text), input: input({ n: 1 }, { n: 2, secret: 'hunter2' }) });
}

test('a module answers from what it is given', async () => {
  const text =
    'export default ({ sql, mongodb, meta }) => ({ n: sql.n + mongodb.n, of: meta.table, at: meta.sqlTime });';
  expect(await answerOf(text)).toEqual({ ok: true, value: { n: 3, of: 'public.t', at: 1 } });
});

test('a CommonJS module and a .js file without a package answer too', async () => {
  const call = async (text: string, ending: string) =>
    runner().run({ module: await moduleOf(text, ending), input: input(1, 2) });
  expect(await call('module.exports = ({ sql }) => sql;', 'cjs')).toEqual({ ok: true, value: 1 });
  expect(await call('export default ({ mongodb }) => mongodb;', 'js')).toEqual({ ok: true, value: 2 });
});

const failures: readonly { what: string; text: string; reason: RegExp }[] = [
  {
    what: 'throws',
    text: 'export default ({ mongodb }) => {\n  throw new RangeError(mongodb.secret);\n};',
    reason: /^The module decide-\d+\.mjs threw RangeError at line 2$/,
  },
  {
    what: 'throws from a function of its own',
    text: 'class Mine extends Error {}\nfunction deep(x) {\n  const e = new Mine(x); e.name = x; throw e;\n}\nexport default (i) => deep(i.mongodb.secret);',
    reason: /threw Mine at line 3$/,
  },
  {
    what: 'throws what is no error',
    text: 'export default ({ mongodb }) => { throw mongodb.secret; };',
    reason: /threw a value that is no error/,
  },
  {
    what: 'throws what throws when it is looked at',
    text: 'export default () => { throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } }); };',
    reason: /threw /,
  },
  { what: 'recurses without end', text: 'export default function f() { return f() + 1; }', reason: /threw RangeError/ },
  {
    what: 'changes its input',
    text: 'export default ({ sql }) => { sql.n = 5; return sql; };',
    reason: /threw TypeError at line 1/,
  },
  {
    what: 'returns a promise',
    text: 'export default ({ sql }) => Promise.resolve(sql);',
    reason: /returned a promise: it must not be asynchronous/,
  },
  {
    what: 'returns a promise that fails',
    text: 'export default ({ mongodb }) => Promise.reject(new Error(mongodb.secret));',
    reason: /returned a promise/,
  },
  { what: 'returns a thenable', text: 'export default () => ({ then() {} });', reason: /returned a promise/ },
  { what: 'returns nothing', text: 'export default () => {};', reason: /returned undefined/ },
  { what: 'returns a Date', text: 'export default () => ({ at: new Date() });', reason: /an object of class Date/ },
  { what: 'returns a Map', text: 'export default () => new Map();', reason: /an object of class Map/ },
  { what: 'returns a function inside', text: 'export default () => ({ f() {} });', reason: /returned a function/ },
  { what: 'returns a symbol', text: 'export default () => [Symbol("x")];', reason: /returned a symbol/ },
  { what: 'returns a bigint', text: 'export default () => ({ n: 5n });', reason: /returned a bigint/ },
  { what: 'returns NaN', text: 'export default () => ({ n: 0 / 0 });', reason: /NaN or an infinite number/ },
  { what: 'returns a hole', text: 'export default () => [1, , 2];', reason: /returned undefined/ },
  {
    what: 'returns a cycle',
    text: 'export default () => { const a = {}; a.b = [a]; return a; };',
    reason: /an object that contains itself/,
  },
  {
    what: 'returns what is too deep',
    text: 'export default () => { let a = {}; for (let i = 0; i < 200; i++) a = { a }; return a; };',
    reason: /more than 100 levels/,
  },
  {
    what: 'returns what throws when it is read',
    text: 'export default ({ mongodb }) => ({ get n() { throw new Error(mongodb.secret); } });',
    reason: /something that cannot be read/,
  },
  { what: 'ends its process', text: 'export default () => process.exit(0);', reason: /ended its thread/ },
];

test.each(failures)('a module that $what is told, without a value', async ({ text, reason }) => {
  const answer = await answerOf(text);
  expect(answer).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  expect(JSON.stringify(answer)).not.toContain('hunter2');
});

test('a shared part and a key named __proto__ are plain data', async () => {
  const answer = await answerOf(
    'export default () => { const a = [1]; return JSON.parse(\'{"__proto__": 1}\') && { a, b: a }; };',
  );
  expect(answer).toEqual({ ok: true, value: { a: [1], b: [1] } });
  const proto = await answerOf('export default () => JSON.parse(\'{"__proto__": 1}\');');
  expect(proto.ok && JSON.stringify(proto.value)).toBe('{"__proto__":1}');
});

test('a module that hangs is ended; the calls behind it are asked in a new thread, other modules at once', async () => {
  const hangs = await moduleOf('export default ({ sql }) => { while (sql === "hang"); return sql; };');
  const other = await moduleOf('export default ({ sql }) => sql;');
  const custom = runner({ callMs: 500 });
  await custom.run({ module: hangs, input: input(0, 0) });
  await custom.run({ module: other, input: input(0, 0) });
  const order: string[] = [];
  const call = (module: string, sql: string) =>
    custom.run({ module, input: input(sql, 0) }).then((answer) => {
      order.push(sql);
      return answer;
    });
  const answers = await Promise.all([call(hangs, 'hang'), call(hangs, 'behind'), call(other, 'other')]);
  expect(answers).toEqual([
    { ok: false, threw: false, reason: expect.stringMatching(/did not answer within 500 ms/) },
    { ok: true, value: 'behind' },
    { ok: true, value: 'other' },
  ]);
  expect(order).toEqual(['other', 'hang', 'behind']);
});

test('an answer that lies ready is in time, however long the main thread was busy', async () => {
  const module = await moduleOf('export default ({ sql }) => sql;');
  const custom = runner({ callMs: 300 });
  await custom.run({ module, input: input(0, 0) });
  const answer = custom.run({ module, input: input(1, 0) });
  // The question leaves in a microtask; then this thread looks at nothing for longer than the limit.
  await Promise.resolve();
  await new Promise(setImmediate);
  for (const from = performance.now(); performance.now() - from < 600; );
  expect(await answer).toEqual({ ok: true, value: 1 });
});

test('a module that is lost again and again is not asked for a while', async () => {
  const module = await moduleOf('export default ({ sql }) => sql === "exit" ? process.exit(1) : sql;');
  const custom = runner({ lostInARow: 2, restMs: 1500 });
  const ask = (sql: string) => custom.run({ module, input: input(sql, 0) });
  expect(await ask('exit')).toMatchObject({ ok: false });
  expect(await ask('well')).toEqual({ ok: true, value: 'well' });
  await ask('exit');
  await ask('exit');
  expect(await ask('well')).toMatchObject({ ok: false, reason: expect.stringMatching(/not asked for now/) });
  await waitFor(async () => (await ask('well')).ok, { what: 'the module to be asked again' });
});

test('what a module does outside of its answers reaches nobody', async () => {
  const module = await moduleOf(
    'console.log("noise"); setTimeout(() => { throw new Error("late"); }, 1); export default ({ sql }) => sql;',
  );
  const custom = runner({ lostInARow: 1000 });
  const ask = () => custom.run({ module, input: input(1, 0) });
  await ask();
  // Its thread may end at any moment: a call is answered, or is told that the thread ended, and a new one serves the next.
  for (let i = 0; i < 50; i++)
    expect([
      { ok: true, value: 1 },
      { ok: false, threw: false, reason: expect.stringMatching(/ended its thread/) },
    ]).toContainEqual(await ask());
});

test('a thread never keeps its process', async () => {
  const module = await moduleOf('console.log("noise"); setInterval(() => {}, 1000); export default ({ sql }) => sql;');
  const runner = fileURLToPath(new URL('./custom-runner.ts', import.meta.url));
  const program = `
    const { CustomRunner } = await import(${JSON.stringify(runner)});
    console.log(JSON.stringify(await new CustomRunner().run(${JSON.stringify({ module, input: input(5, 0) })})));`;
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  expect(stdout).toBe('{"ok":true,"value":5}\n');
});

test('a module that takes all memory loses its thread only', async () => {
  const custom = runner({ memoryMb: 32, callMs: 20_000 });
  const module = await moduleOf(
    'export default ({ sql }) => { const a = []; while (sql === "much") a.push(new Array(1000).fill(a.length)); return sql; };',
  );
  const ask = (sql: string) => custom.run({ module, input: input(sql, 0) });
  expect(await ask('much')).toMatchObject({ ok: false, reason: expect.stringMatching(/more memory than it may/) });
  expect(await ask('little')).toEqual({ ok: true, value: 'little' });
});

const unusable: readonly { what: string; text: string | null; reason: RegExp }[] = [
  { what: 'is missing', text: null, reason: /cannot be loaded: .*Cannot find module/ },
  {
    what: 'has a syntax error',
    text: '\nexport default (',
    reason: /cannot be loaded: SyntaxError: .*\(`node --check` shows where\)/,
  },
  { what: 'throws at its top', text: '\nthrow new Error("no licence");', reason: /Error: no licence at line 2/ },
  { what: 'has no default export', text: 'export const decide = () => 1;', reason: /has no default export/ },
  { what: 'exports an object', text: 'export default {};', reason: /exports no function/ },
  { what: 'exports an async function', text: 'export default async () => 1;', reason: /an async function/ },
  { what: 'exports a generator', text: 'export default function* () {}', reason: /a generator/ },
  { what: 'never ends its start', text: 'for (;;);', reason: /did not answer within 700 ms/ },
  {
    what: 'waits for ever at its start',
    text: 'await new Promise(() => {});',
    reason: /ended its thread|did not answer/,
  },
  { what: 'ends at its start', text: 'process.exit(0);', reason: /ended its thread/ },
];

function customPolicy(module: string): ReadonlyMap<string, Policy> {
  return new Map([['public.t', { ...defaultPolicy, strategy: 'custom', module }]]);
}

test.each(unusable)(
  'a module that $what is an error at the start and a finding of the check',
  async ({ text, reason }) => {
    const module = text === null ? join(folder, 'none.mjs') : await moduleOf(text);
    const custom = runner(/for/.test(text ?? '') ? { loadMs: 700 } : {});
    const policies = customPolicy(module);
    await expect(custom.load(policies)).rejects.toMatchObject({
      code: 'resolver_invalid',
      kind: 'usage',
      message: expect.stringMatching(reason),
    });
    expect(await custom.check(policies)).toMatchObject([
      { state: 'failed', what: expect.stringContaining('public.t') },
    ]);
    expect(await custom.run({ module, input: input(1, 1) })).toMatchObject({ ok: false });
  },
);

test('modules of field rules are loaded too', async () => {
  const good = await moduleOf('export default ({ sql }) => sql;');
  const bad = await moduleOf('export default 5;');
  const policy = (module: string): Policy => ({
    ...defaultPolicy,
    strategy: 'merge',
    rules: new Map([[0, { rule: 'custom', module }]]),
  });
  const custom = runner();
  await custom.load(new Map([['public.t', policy(good)]]));
  expect(
    await custom.check(
      new Map([
        ['public.t', policy(good)],
        ['public.u', policy(bad)],
      ]),
    ),
  ).toMatchObject([{ state: 'ok' }, { state: 'failed', what: expect.stringContaining('public.u') }]);
});
