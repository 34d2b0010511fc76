/** Lets a real server write values into a typed column and print them, many at a time. */
import type pg from 'pg';
import type { TriedType } from './types.js';

/** A cast to text would be another text for some types. */
const asPrinted = { getTypeParser: () => (text: string) => text };

/** The text of each value as it stands in the table; an error's code (`!22P02`) where the server refuses it. */
export async function throughTable(
  client: pg.Client,
  { declared, type }: TriedType,
  texts: readonly string[],
): Promise<string[]> {
  await client.query(`create temp table tried (i int, v ${declared})`);
  try {
    return await inserted(client, type.sql, texts);
  } finally {
    await client.query('drop table tried');
  }
}

async function inserted(client: pg.Client, cast: string, texts: readonly string[]): Promise<string[]> {
  await client.query('truncate tried');
  try {
    await client.query(`insert into tried select i, x::${cast} from unnest($1::text[]) with ordinality as u(x, i)`, [
      texts,
    ]);
  } catch (error) {
    if (texts.length === 1) return [`!${(error as { code: string }).code}`];
    const half = Math.ceil(texts.length / 2);
    return [
      ...(await inserted(client, cast, texts.slice(0, half))),
      ...(await inserted(client, cast, texts.slice(half))),
    ];
  }
  const { rows } = await client.query<{ v: string }>({ text: 'select v from tried order by i', types: asPrinted });
  return rows.map((row) => row.v);
}

/** Those that the declared type takes. */
export async function validTexts(
  client: pg.Client,
  { declared }: TriedType,
  texts: readonly string[],
): Promise<string[]> {
  const { rows } = await client.query<{ x: string }>(
    'select x from unnest($1::text[]) with ordinality as u(x, i) where pg_input_is_valid(x, $2) order by i',
    [texts, declared],
  );
  return rows.map((row) => row.x);
}
