/** What a URL means to the driver, and what becomes of the values that it gives: the real driver, without a server. */
import { describe, expect, it } from 'vitest';
import { asTextOf, bindDefinitions, connectionAttributes, loadDriver } from './driver.js';

describe('a URL', () => {
  it('names a user, a server and a service', async () => {
    expect(await connectionAttributes('oracle://u:p%40ss@db.example.com/shop.example.com?protocol=tcps')).toMatchObject(
      {
        user: 'u',
        password: 'p@ss',
        connectString: 'tcps://db.example.com:1521/shop.example.com',
      },
    );
    expect(await connectionAttributes('oracle://u@[::1]:1522/x')).toMatchObject({
      connectString: 'tcp://[::1]:1522/x',
    });
  });

  it.each([
    ['oracle://u:hunter2@db', 'names no service'],
    ['oracle://u:hunter2@db:port/x', 'is no URL'],
    ['oracle://u:hunter2@db/x?protocol=udp', 'no protocol=udp'],
  ])('%s is refused', async (url, said) => {
    const error = await connectionAttributes(url).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'configuration_invalid', message: expect.stringContaining(said) });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });
});

describe('values come as text', async () => {
  const driver = await loadDriver();
  const asText = asTextOf(driver);

  it('numbers and long texts are asked for as text', () => {
    for (const dbType of [driver.DB_TYPE_NUMBER, driver.DB_TYPE_CLOB, driver.DB_TYPE_NCLOB])
      expect(asText({ dbType })).toEqual({ type: driver.STRING });
  });

  it.each([
    ['DB_TYPE_VARCHAR', 'a ', 'a '],
    ['DB_TYPE_BINARY_DOUBLE', 0.1, '0.1'],
    ['DB_TYPE_BINARY_DOUBLE', Number.NaN, 'NaN'],
    ['DB_TYPE_RAW', Buffer.from([0, 255]), '00ff'],
    ['DB_TYPE_DATE', new Date(2024, 1, 29, 3, 4, 5), '2024-02-29 03:04:05'],
    ['DB_TYPE_TIMESTAMP_TZ', new Date('2024-02-29T03:04:05Z'), '2024-02-29T03:04:05.000Z'],
    ['DB_TYPE_JSON', { a: [1] }, '{"a":[1]}'],
    ['DB_TYPE_RAW', null, null],
  ] as const)('%s %s', (name, value, text) => {
    expect(asText({ dbType: driver[name] }).converter?.(value)).toBe(text);
  });

  it('a text that a column holds is not declared longer than it is', () => {
    for (const kind of ['text', 'national'] as const)
      expect(bindDefinitions(driver, [kind], [['x'.repeat(4000)], [null]])[0]?.maxSize).toBe(4000);
  });

  it('texts are bound as long as the longest of their rows', () => {
    const rows = [
      ['ä', 1, null],
      ['🌿🌿', 2, 'text of any length'],
    ];
    expect(bindDefinitions(driver, ['text', 'whole', 'lob'], rows)).toEqual([
      { dir: driver.BIND_IN, type: driver.DB_TYPE_VARCHAR, maxSize: 8 },
      { dir: driver.BIND_IN, type: driver.DB_TYPE_NUMBER },
      { dir: driver.BIND_IN, type: driver.DB_TYPE_CLOB },
    ]);
  });
});
