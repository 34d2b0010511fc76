/** Connection URLs: TLS by default, plaintext by name or to this machine only; nothing secret is shown. */
import { describe, expect, it } from 'vitest';
import { defaultSchema, mongodbUrl, shownUrl, sqlUrl } from './connection.js';

const sql = (url: string, tls: Parameters<typeof sqlUrl>[0]['tls'] = 'auto') => sqlUrl({ url, tls, schema: 'public' });
const mongo = (url: string, tls: Parameters<typeof sqlUrl>[0]['tls'] = 'auto') =>
  mongodbUrl({ url, tls, database: 'shop' });

describe('TLS', () => {
  it.each([
    [sql('postgres://u:p@db.example.com/x'), 'postgres://u:p@db.example.com/x?sslmode=verify-full'],
    [
      sql('postgres://localhost:5432/x?application_name=a'),
      'postgres://localhost:5432/x?application_name=a&sslmode=disable',
    ],
    [sql('postgres://u@localhost.evil.com/x'), 'postgres://u@localhost.evil.com/x?sslmode=verify-full'],
    [sql('postgres://db/x?sslmode=require'), 'postgres://db/x?sslmode=require'],
    [sql('postgres://db/x?sslmode=require', 'disable'), 'postgres://db/x?sslmode=disable'],
    [sql('postgres://127.0.0.1/x', 'verify-full'), 'postgres://127.0.0.1/x?sslmode=verify-full'],
    [sql('postgres://db/x', { ca: '/a b' }), 'postgres://db/x?sslmode=verify-full&sslrootcert=%2Fa%20b'],
    [sql('mysql://u:p@db.example.com/x'), 'mysql://u:p@db.example.com/x?ssl-mode=VERIFY_IDENTITY'],
    [sql('mysql://127.0.0.1:3306/x'), 'mysql://127.0.0.1:3306/x?ssl-mode=DISABLED'],
    [sql('mariadb://db/x?ssl-mode=VERIFY_CA'), 'mariadb://db/x?ssl-mode=VERIFY_CA'],
    [sql('mysql://db/x', { ca: '/a b' }), 'mysql://db/x?ssl-mode=VERIFY_IDENTITY&ssl-ca=%2Fa%20b'],
    [sql('oracle://u:p@db.example.com/x'), 'oracle://u:p@db.example.com/x?protocol=tcps'],
    [sql('oracle://127.0.0.1:1521/x'), 'oracle://127.0.0.1:1521/x?protocol=tcp'],
    [sql('oracle://db/x', { ca: '/a b' }), 'oracle://db/x?protocol=tcps&wallet=%2Fa%20b'],
    [mongo('mongodb://a,b:27018'), 'mongodb://a,b:27018/?tls=true'],
    [mongo('mongodb://127.0.0.1:27017'), 'mongodb://127.0.0.1:27017/?tls=false'],
    [mongo('mongodb://127.0.0.1,db/?replicaSet=r'), 'mongodb://127.0.0.1,db/?replicaSet=r&tls=true'],
    [mongo('mongodb://db/?ssl=false'), 'mongodb://db/?ssl=false'],
  ])('%s', (made, expected) => {
    expect(made).toBe(expected);
  });
});

it.each([
  ['postgres://db/shop', 'public', 'public'],
  ['mysql://db/shop', 'public', 'shop'],
  ['mariadb://u:p@db:3306/my%20shop?ssl-mode=DISABLED', 'public', 'my shop'],
  ['mysql://db/shop', 'other', 'other'],
  ['mysql://db', 'public', 'public'],
  ['oracle://shop:p@db:1521/x', 'public', 'SHOP'],
  ['oracle://my%24shop@db/x', 'public', 'MY$SHOP'],
  ['oracle://shop:p@db/x', 'OTHER', 'OTHER'],
])('%s with schema %s: tables are of %s', (url, schema, expected) => {
  expect(defaultSchema({ url, schema })).toBe(expected);
});

describe('a shown URL', () => {
  it.each([
    ['postgres://u:p@h:1/x?password=y', 'postgres://u@h:1/x'],
    ['postgres://u:p@ss@h/x', 'postgres://u@h/x'],
    ['postgres://u:p?q/r@h/x', 'postgres://u@h/x'],
    ['mongodb://h/', 'mongodb://h/'],
    ['mongodb://:p@h/', 'mongodb://h/'],
  ])('%s', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });
});
