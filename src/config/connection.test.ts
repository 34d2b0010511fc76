/** Connection URLs: TLS by default, plaintext by name or to this machine only; nothing secret is shown. */
import { describe, expect, it } from 'vitest';
import { mongodbUrl, shownUrl, sqlUrl } from './connection.js';

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
    [mongo('mongodb://a,b:27018'), 'mongodb://a,b:27018/?tls=true'],
    [mongo('mongodb://127.0.0.1:27017'), 'mongodb://127.0.0.1:27017/?tls=false'],
    [mongo('mongodb://127.0.0.1,db/?replicaSet=r'), 'mongodb://127.0.0.1,db/?replicaSet=r&tls=true'],
    [mongo('mongodb://db/?ssl=false'), 'mongodb://db/?ssl=false'],
  ])('%s', (made, expected) => {
    expect(made).toBe(expected);
  });
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
