/** Configurations, good and bad: what is told of each mistake, and where. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IsthmusError } from '../base/errors.js';
import { configFrom, loadConfig, readConfigText } from './load.js';

const base = `name: shop
sql: { url: "postgres://db/shop" }
mongodb: { url: "mongodb://db/", database: shop }
entities:
  - table: public.users
`;

const file = { name: 'isthmus.yaml', folder: '/nowhere' };
const read = (text: string, env: Record<string, string> = {}) => readConfigText(text, file, env);

function mistake(text: string, env: Record<string, string> = {}): string {
  try {
    read(text, env);
  } catch (error) {
    expect(error).toBeInstanceOf(IsthmusError);
    expect((error as IsthmusError).code).toBe('configuration_invalid');
    expect((error as IsthmusError).remedy).not.toBe('');
    return (error as IsthmusError).message;
  }
  throw new Error('the configuration was accepted');
}

describe('what is left out', () => {
  it('has the documented defaults', () => {
    expect(read(base)).toMatchObject({
      direction: 'both',
      initial: 'sql',
      conflict: { strategy: 'lww', delete: 'delete_wins' },
      transport: { kind: 'embedded', partitions: 12 },
      apply: { batch: 1000, lanes: 2, atomic: 'transaction', throttle: null },
      detection: 'causal',
      lifecycle: false,
      api: { listen: '127.0.0.1:7070', token: '' },
      sql: { tls: 'auto', schema: 'public' },
    });
  });

  it('is the same for a configuration made by code, which is not changed', () => {
    const input = {
      name: 'shop',
      sql: { url: 'postgres://db/shop' },
      mongodb: { url: 'mongodb://db/', database: 'shop' },
      entities: [{ table: 'public.users' }],
    };
    const before = JSON.stringify(input);
    expect(configFrom(input)).toEqual(read(base));
    expect(JSON.stringify(input)).toBe(before);
  });
});

describe('the environment', () => {
  it('is put into scalars, with defaults', () => {
    const text = base.replace('postgres://db/shop', 'postgres://${USER_NAME}:${PW}@${HOST:-db}/shop');
    expect(read(text, { USER_NAME: 'a', PW: 'p' }).sql.url).toBe('postgres://a:p@db/shop');
  });

  it('cannot add keys, whatever a value holds', () => {
    expect(read(`${base}api: { token: "\${T}" }\n`, { T: 'x" }\nlifecycle: true\n#' }).api.token).toBe(
      'x" }\nlifecycle: true\n#',
    );
  });

  it('may stand for a number where one is asked for, and stays text elsewhere', () => {
    const config = read(`${base}apply:\n  batch: \${N}\napi:\n  token: \${N}\n`, { N: '12' });
    expect([config.apply.batch, config.api.token]).toEqual([12, '12']);
    expect(mistake(`${base}apply:\n  batch: \${N}\n`, { N: 'many' })).toContain(
      'isthmus.yaml:7: apply.batch must be integer',
    );
  });

  it('is expanded once only, and not in keys', () => {
    expect(read(`${base}api: { token: "\${T}" }\n`, { T: '${U}', U: 'no' }).api.token).toBe('${U}');
    expect(mistake(`${base}"\${K}": 1\n`, { K: 'lifecycle' })).toContain('${K} is not a known key');
  });

  it('that lacks a variable is told, without a value', () => {
    expect(mistake(base.replace('postgres://db', 'postgres://${NONE}'))).toBe(
      'isthmus.yaml:2: sql.url needs the environment variable NONE, which is not set',
    );
    expect(mistake(base.replace('postgres://db', 'postgres://${no-name}'))).toContain(
      'neither ${NAME} nor ${NAME:-default}',
    );
  });
});

describe('secrets from files', () => {
  it('are read beside the configuration, and trimmed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-config-'));
    writeFileSync(join(folder, 'url'), 'postgres://db/secret\n');
    writeFileSync(join(folder, 'c.yaml'), base.replace('postgres://db/shop', 'file:url'));
    expect(loadConfig(join(folder, 'c.yaml'), {}).sql.url).toBe('postgres://db/secret');
    rmSync(folder, { recursive: true });
  });

  it('that cannot be read are told by name', () => {
    expect(mistake(base.replace('postgres://db/shop', 'file:none'))).toBe(
      'isthmus.yaml:2: sql.url names the file none, which cannot be read (ENOENT)',
    );
  });
});

describe('mistakes', () => {
  it.each([
    ['an unknown key', `${base}aply: {}\n`, 'isthmus.yaml:6: aply is not a known key; did you mean "apply"?'],
    [
      'an unknown key inside',
      `${base}apply:\n  lanse: 3\n`,
      'isthmus.yaml:7: apply.lanse is not a known key; did you mean "lanes"?',
    ],
    [
      'an unknown key of an entity',
      `${base}    colection: a\n`,
      'isthmus.yaml:6: entities.0.colection is not a known key; did you mean "collection"?',
    ],
    ['a key far from any', `${base}zzzzzzzz: 1\n`, 'isthmus.yaml:6: zzzzzzzz is not a known key'],
    ['an unknown strategy', `${base}conflict: { strategy: lwww }\n`, 'did you mean "lww"?'],
    ['a wrong type', `${base}apply: { batch: "12" }\n`, 'apply.batch must be integer'],
    ['a number out of range', `${base}apply: { lanes: 0 }\n`, 'apply.lanes must be >= 1'],
    ['a missing section', 'name: shop\n', 'sql is missing'],
    ['a missing key', base.replace(', database: shop', ''), 'isthmus.yaml:3: mongodb.database is missing'],
    ['a bad name', base.replace('name: shop', 'name: Shop-1'), 'isthmus.yaml:1: name is not usable'],
    ['no entities', base.replace(/entities:[^]*/, 'entities: []\n'), 'entities must have at least one entry'],
    [
      'a table named twice',
      `${base}  - table: public.users\n`,
      'isthmus.yaml:6: entities.1.table names public.users a second time',
    ],
    ['a bad field', `${base}    fields: { a: 5 }\n`, 'entities.0.fields.a is not usable'],
    ['an empty file', '', 'sql is missing'],
    ['a list', '- a\n', 'must be a mapping'],
    ['broken YAML', 'name: [1\n', 'isthmus.yaml:2:'],
    ['a duplicate key', `${base}name: b\n`, 'isthmus.yaml:6: Map keys must be unique'],
    ['an alias', 'name: &n shop\nsql: *n\n', 'sql is an alias'],
    ['a merge key', `${base}<<: { lifecycle: true }\n`, 'merge key'],
    ['a tag', `${base}api: !!map {}\nname2: !custom x\n`, 'isthmus.yaml'],
    ['a prototype key', `${base}__proto__: { lifecycle: true }\n`, '__proto__ is not a known key'],
    ['a listen address without a port', `${base}api: { listen: localhost }\n`, 'api.listen is not usable'],
    [
      'envelopes of MariaDB',
      `${base.replace('postgres://', 'mysql://')}transport: { kind: kafka, brokers: ["k:9092"], format: debezium, envelopes: true }\n`,
      'transport.envelopes asks for envelopes of MariaDB’s rows, which is not available',
    ],
    ['MariaDB without Debezium', base.replace('postgres://', 'mysql://'), 'sql.url is MariaDB or MySQL'],
    ['Oracle without Debezium', base.replace('postgres://', 'oracle://'), 'sql.url is Oracle, whose log only'],
    ['a URL of another database', base.replace('postgres://', 'db2://'), 'sql.url is not a connection URL'],
  ])('%s is told with its place', (_name, text, expected) => {
    expect(mistake(text)).toContain(expected);
  });

  it('are told all at once', () => {
    expect(mistake(`${base}aply: 1\ndirecton: both\n`).split('\n')).toHaveLength(2);
  });

  it('never show a secret', () => {
    expect(mistake(base.replace('postgres://db/shop', 'mysql://user:hunter2@db'))).not.toContain('hunter2');
  });

  it('a file that is not there is told with what to do', () => {
    expect(() => loadConfig('/nowhere/x.yaml', {})).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining('isthmus init') }),
    );
  });
});

describe('what does not go together is refused, not ignored', () => {
  it.each([
    ['transport: { kind: kafka }', 'transport.brokers', 'names no broker'],
    ['apply: { atomic: record }', 'apply.atomic', 'one process keeps transactions whole'],
    ['transport: { kind: kafka, brokers: ["k:9092"] }', 'apply.atomic', 'spread over 12 partitions'],
    [
      'transport: { kind: kafka, brokers: ["k:9092"], partitions: 1, topics: { sql: a, mongodb: a } }',
      'transport.topics',
      'one topic for both sides',
    ],
    ['transport: { format: debezium }', 'transport.format', 'comes through Kafka'],
    ['transport: { envelopes: true }', 'transport.envelopes', 'nobody to read them'],
    [
      'transport: { kind: kafka, brokers: ["k:9092"], partitions: 1, format: debezium, topics: { debezium: sql_changes } }',
      'transport.topics',
      'a topic of the sync’s own',
    ],
  ])('%s', (line, path, why) => {
    expect(mistake(`${base}${line}\n`)).toMatch(new RegExp(`isthmus.yaml:[16]: ${path.replace('.', '\\.')} .*${why}`));
  });

  it('one partition keeps transactions whole', () => {
    const text = `${base}transport: { kind: kafka, brokers: ["k:9092"], partitions: 1 }\n`;
    expect(readConfigText(text, { name: 'isthmus.yaml', folder: '.' }, {}).apply.atomic).toBe('transaction');
  });
});

describe('what this version lacks is refused, not ignored', () => {
  it.each([['detection: window', 'detection']])('%s', (line, path) => {
    expect(mistake(`${base}${line}\n`)).toMatch(
      new RegExp(`isthmus.yaml:6: ${path.replace('.', '\\.')} asks for .* not available in this version`),
    );
  });
});

describe('conflict policies', () => {
  const entity = (conflict: string) => `${base}    conflict: ${conflict}\n`;

  it('are read in every form', () => {
    const text = entity(
      '{ strategy: merge, delete: manual, fields: { tags: set, price: { flag: source, sql: [manual, 1], mongodb: [true] }, bio: { custom: ./bio.mjs } } }',
    );
    expect(read(text).entities[0]?.conflict).toEqual({
      strategy: 'merge',
      delete: 'manual',
      fields: {
        tags: 'set',
        price: { flag: 'source', sql: ['manual', 1], mongodb: [true] },
        bio: { custom: '/nowhere/bio.mjs' },
      },
    });
  });

  it('name modules relative to the configuration’s folder, or absolute', () => {
    const own = (module: string) =>
      read(entity(`{ strategy: custom, module: ${module} }`)).entities[0]?.conflict?.module;
    expect([own('../a.mjs'), own('/opt/a.mjs')]).toEqual(['/a.mjs', '/opt/a.mjs']);
    expect(read(`${base}conflict: { strategy: custom, module: m.mjs }\n`).conflict.module).toBe('/nowhere/m.mjs');
  });

  it.each([
    [entity('{ fields: { a: custom } }'), 'entities.0.conflict.fields.a is not usable: it must be one of prefer_sql,'],
    [entity('{ fields: { a: { custom: "" } } }'), 'or { custom: PATH }'],
    [entity('{ fields: { a: countr } }'), 'did you mean "counter"?'],
    [entity('{ fields: { a: { flag: b, sql: [x] } } }'), '{ custom: PATH }; a flag needs both lists, sql and mongodb'],
    [`${base}alerts: { manualAge: a day }\n`, 'alerts.manualAge is not usable. How long a conflict may wait'],
    [`${base}alerts: { webhook: "ftp://x" }\n`, 'isthmus.yaml:6: alerts.webhook is not a URL like https://'],
    [`${base}record: { keep: 90 days }\n`, 'record.keep is not usable. How long a decided conflict is kept: 24h, 90d'],
    [entity('{ vectr: a }'), 'isthmus.yaml:6: entities.0.conflict.vectr is not a known key; did you mean "vector"?'],
    [`${base}conflict: { strategy: custom }\n`, 'isthmus.yaml:6: conflict.module is missing, and the strategy custom'],
    [`${base}conflict: { module: a.mjs }\n`, 'isthmus.yaml:6: conflict.module is not used by the strategy lww'],
    [`${base}conflict: { fields: { a: set } }\n`, 'isthmus.yaml:6: conflict.fields is not a known key'],
  ])('%s', (text, expected) => {
    expect(mistake(text)).toContain(expected);
  });
});
