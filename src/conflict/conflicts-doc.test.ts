/**
 * Runs docs/conflicts.md: every example is decided by the policy that stands in it, every configuration is read, and every
 * line of code with `// →` gives what it says.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BSON } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CustomRunner } from '../app/custom/custom-runner.js';
import { readConfigText } from '../config/load.js';
import { conflictKinds } from '../model/conflict.js';
import type { ColumnType, Entity, Field } from '../model/entity.js';
import type { State } from '../model/record.js';
import { DocumentReader } from '../mongodb/document-reader.js';
import { classify } from './classify.js';
import { compilePolicy, type PolicyConfig } from './compile-policy.js';
import * as crdt from './crdt/crdt.js';
import { valueOfPlain } from './plain-value.js';
import { makeResolver } from './resolve.js';
import * as versionVector from './version-vector.js';

const text = readFileSync('docs/conflicts.md', 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'isthmus-doc-'));
const runner = new CustomRunner();
afterAll(async () => {
  await runner.close();
  rmSync(folder, { recursive: true });
});

interface Block {
  readonly line: number;
  readonly language: string;
  readonly body: string;
}

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const match of markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
    const [, language = '', body = ''] = match;
    blocks.push({ line: markdown.slice(0, match.index).split('\n').length + 1, language, body });
  }
  return blocks;
}

type PlainRecord = Readonly<Record<string, unknown>> | null;

interface Example {
  readonly line: number;
  readonly policy: Pick<PolicyConfig, 'strategy' | 'fields' | 'insert' | 'module' | 'vector'> & {
    readonly delete?: PolicyConfig['delete'];
  };
  readonly columns: Readonly<Record<string, string>>;
  /** The keys come from a sequence. */
  readonly sequence?: boolean;
  /** Which side committed later; SQL's where nothing is said. */
  readonly later?: 'sql' | 'mongodb';
  readonly kind?: string;
  readonly ancestor: PlainRecord;
  readonly sql: PlainRecord;
  readonly mongodb: PlainRecord;
  readonly result?: PlainRecord;
  readonly resolution?: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** A part of the reason for which it waits for a person. */
  readonly waits?: string;
}

const blocks = blocksOf(text);
const yamls = blocks
  .filter(({ language }) => language === 'yaml')
  .map(({ line, body }) => ({ line, body, data: parse(body) as object }));
const examples = yamls
  .filter(({ data }) => 'policy' in data)
  .map(({ line, data }) => ({ ...data, line }) as unknown as Example);

for (const { body } of blocks) {
  const name = /^\/\/ (\S+\.mjs)\n/.exec(body)?.[1];
  if (name !== undefined) writeFileSync(join(folder, name), body);
}

const simple: Readonly<Record<string, ColumnType['kind']>> = {
  text: 'text',
  integer: 'int4',
  bigint: 'int8',
  numeric: 'numeric',
  boolean: 'bool',
  jsonb: 'jsonb',
  timestamptz: 'timestamptz',
};

/** `numeric(12,2) not null`, `text[]`, `varchar(20)`. */
function fieldOf(column: string, written: string): Field {
  const type = written.replace(' not null', '');
  return { column, field: column, type: typeOf(type), nullable: type === written, hasDefault: false };
}

function typeOf(sql: string): ColumnType {
  if (sql.endsWith('[]')) return { kind: 'array', sql, element: typeOf(sql.slice(0, -2)) };
  const [, name = '', first, second] = /^(\w+)(?:\((\d+)(?:,(\d+))?\))?$/.exec(sql) ?? [];
  if (name === 'varchar') return { kind: 'varchar', sql: name, length: Number(first) };
  const kind = simple[name];
  if (kind === undefined) throw new Error(`the test does not know the type ${sql}`);
  return { kind, sql: name, ...(first === undefined ? {} : { precision: Number(first), scale: Number(second ?? 0) }) };
}

function entityOf({ columns, sequence }: Example): Entity {
  return {
    name: 'public.example',
    schema: 'public',
    table: 'example',
    collection: 'example',
    key: [{ ...fieldOf('id', 'integer'), field: '_id', nullable: false }],
    fields: Object.entries(columns).map(([name, written]) => fieldOf(name, written)),
    sequenceKey: sequence === true,
    mayDeviate: false,
  };
}

/** A column that is not named is null. */
function rowState({ fields }: Entity, row: PlainRecord): State {
  if (row === null) return null;
  const unknown = Object.keys(row).filter((name) => !fields.some(({ column }) => column === name));
  expect(unknown).toEqual([]);
  return fields.map(({ column, type }) => {
    const read = valueOfPlain(type, row[column] ?? null);
    if (!read.ok) throw new Error(`${column}: ${read.reason}`);
    return read.value;
  });
}

/** As the sync reads it: numbers and strings are converted, and what cannot cross is refused. */
function documentState(entity: Entity, document: PlainRecord): State {
  if (document === null) return null;
  return new DocumentReader(entity).state(Buffer.from(BSON.serialize({ _id: 1, ...document })), 0);
}

function policyOf(example: Example, entity: Entity) {
  const { policy } = example;
  const absolute = (path: string): string => join(folder, path);
  const fields = Object.entries(policy.fields ?? {}).map(
    ([name, rule]) =>
      [name, typeof rule === 'object' && 'custom' in rule ? { custom: absolute(rule.custom) } : rule] as const,
  );
  return compilePolicy(
    {
      ...policy,
      delete: policy.delete ?? 'delete_wins',
      chosen: false,
      fields: Object.fromEntries(fields),
      ...(policy.module === undefined ? {} : { module: absolute(policy.module) }),
    },
    entity,
  );
}

async function decide(example: Example) {
  const entity = entityOf(example);
  const { policy, problems } = policyOf(example, entity);
  expect(problems).toEqual([]);
  const states = {
    key: '1',
    base: rowState(entity, example.ancestor),
    sql: rowState(entity, example.sql),
    mongodb: documentState(entity, example.mongodb),
  };
  const kind = classify(states);
  if (example.kind !== undefined) expect(kind).toBe(example.kind);
  const resolve = makeResolver({
    entities: new Map([[entity.name, entity]]),
    policies: new Map([[entity.name, policy]]),
    skewMs: () => 0,
    custom: runner.run,
  });
  const version = (state: State, time: number) => ({ state, raw: null, time, version: { sql: '', mongodb: '' } });
  const decision = await resolve({
    entity: entity.name,
    key: states.key,
    kind,
    base: states.base,
    sql: version(states.sql, 1000),
    mongodb: version(states.mongodb, example.later === 'mongodb' ? 2000 : 500),
  });
  return { decision, entity };
}

describe('an example is decided as it says', () => {
  it.each(examples)('line $line: $policy', async (example) => {
    const { decision, entity } = await decide(example);
    if (example.waits !== undefined) {
      expect(decision).toMatchObject({ decided: false, reason: expect.stringContaining(example.waits) });
      return;
    }
    expect(decision).toMatchObject({
      decided: true,
      state: rowState(entity, example.result as PlainRecord),
      resolution: example.resolution,
    });
    if (example.fields !== undefined) expect(decision).toMatchObject({ fields: example.fields });
  });

  const named = (pick: (example: Example) => readonly unknown[]): ReadonlySet<unknown> =>
    new Set(examples.flatMap(pick));

  it('and none of what can be configured is without an example', () => {
    const rules = named(({ policy }) =>
      Object.values(policy.fields ?? {}).map((rule) => (typeof rule === 'string' ? rule : Object.keys(rule)[0])),
    );
    for (const rule of 'prefer_sql prefer_mongodb prefer_non_null merge_array merge_object lww max min text counter set flag custom'.split(
      ' ',
    ))
      expect(rules).toContain(rule);
    const strategies = named(({ policy }) => [policy.strategy]);
    for (const strategy of 'lww prefer_sql prefer_mongodb merge version_vector ot crdt manual custom'.split(' '))
      expect(strategies).toContain(strategy);
    const deletes = named((example) => [example.policy.delete]);
    for (const rule of ['delete_wins', 'update_wins', 'lww', 'manual']) expect(deletes).toContain(rule);
    const kinds = named(({ kind }) => [kind]);
    for (const kind of conflictKinds.filter((one) => one !== 'unique_violation')) expect(kinds).toContain(kind);
  });
});

describe('a configuration is read', () => {
  const head = 'sql: { url: "postgres://h/x" }\nmongodb: { url: "mongodb://h/", database: x }\n';
  const entities = 'entities: [{ table: a }]\n';
  it.each(yamls.filter(({ data }) => !('policy' in data)))('line $line', ({ body, data }) => {
    const whole = head + ('entities' in data ? '' : entities) + body;
    expect(() => readConfigText(whole, { name: 'example', folder }, {})).not.toThrow();
  });
});

describe('code gives what it says', () => {
  const modules = { 'isthmus/crdt': crdt, 'isthmus/version-vector': versionVector };
  const scripts = blocks.filter(({ language, body }) => language === 'js' && body.includes('// → '));
  it.each(scripts)('line $line', ({ body }) => {
    let checks = 0;
    const check = (found: unknown, expected: string): void => {
      checks++;
      expect(JSON.stringify(found)).toBe(JSON.stringify(JSON.parse(expected)));
    };
    const code = body
      .replaceAll(/^import (\{.*\}) from '(.*)';$/gm, `const $1 = modules['$2'];`)
      .replaceAll(
        /^(.*?);? *\/\/ → (.*)$/gm,
        (_, expression: string, value: string) => `check(${expression}, ${JSON.stringify(value)});`,
      );
    new Function('modules', 'check', code)(modules, check);
    expect(checks).toBeGreaterThan(0);
  });

  it('for both libraries', () => expect(scripts.length).toBeGreaterThanOrEqual(2));
});
