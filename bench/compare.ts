/**
 * A scan of both sides against reading the slower side alone by the same pages, each in a process of its own. By the kind of
 * key: integers and text by bytes are read as two streams that are merged, text by a language is looked up.
 */
import type { ConfigInput } from '../src/config/load.js';
import type { BenchOptions } from './options.js';
import { collection } from './people.js';
import { runJob } from './process.js';
import { atLeast, type Report, type Row, ratiosOf } from './report.js';
import { openWorld, type Servers, type World } from './world.js';

const bar = 0.6;
/** Measured so often, in turn: the middle one counts. */
const turns = 3;

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

interface TextKey {
  readonly table: string;
  readonly collation: string;
  /** Its first letter is drawn from both cases, which languages and bytes put in very different orders. */
  readonly mixed: boolean;
}

const keys: Readonly<Record<string, TextKey | null>> = {
  'bigint key': null,
  'text key, by bytes': { table: 'people_bytes', collation: 'C', mixed: false },
  'text key, by language': { table: 'people_language', collation: 'und-x-icu', mixed: false },
  'text key, by language, both cases': { table: 'people_cases', collation: 'und-x-icu', mixed: true },
};

export async function compare(
  servers: Servers,
  { quick, count = quick ? 50_000 : 300_000, note }: BenchOptions,
): Promise<Report> {
  await using world = await openWorld(servers, { rows: count, filled: ['sql', 'mongodb'] });
  const rows: Row[] = [];
  for (const [key, text] of Object.entries(keys)) {
    note(key);
    const config = text === null ? world.config : await withTextKey(world, text);
    rows.push(await measure(key, config, count));
  }
  const bars = rows.map((row) =>
    atLeast(`${row['key']}: share of reading the slower side alone`, Number(row['share']), bar),
  );
  return { name: 'compare: records a second', rows, bars, ratios: ratiosOf(bars) };
}

async function measure(key: string, config: ConfigInput, count: number): Promise<Row> {
  const [sql, mongodb, both, cpu]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let turn = 0; turn < turns; turn++) {
    sql.push((await runJob({ kind: 'read', config, side: 'sql', rows: count })).perSecond);
    mongodb.push((await runJob({ kind: 'read', config, side: 'mongodb', rows: count })).perSecond);
    const compared = await runJob({ kind: 'compare', config, rows: count });
    both.push(compared.perSecond);
    cpu.push((compared.cpuMs * 1000) / count);
  }
  const compared = middle(both);
  return {
    key,
    records: count,
    'sql alone': middle(sql),
    'mongodb alone': middle(mongodb),
    compared,
    'cpu µs/record': middle(cpu),
    share: compared / Math.min(middle(sql), middle(mongodb)),
  };
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

/** The same rows under keys of text. */
async function withTextKey(
  { sql, mongo, name, config }: World,
  { table, collation, mixed }: TextKey,
): Promise<ConfigInput> {
  const count = letters.length;
  const prefix = mixed ? `substr('${letters}', (1 + p.id * 7919 % ${count})::int, 1)` : "'P'";
  await sql.query(`create table ${table} (like people)`);
  await sql.query(`alter table ${table} alter column id type text collate "${collation}"`);
  await sql.query(
    `insert into ${table} select ${prefix} || '-' || p.id, p.name, p.email, p.amount, p.quantity, p.active, p.note, p.changed from people p`,
  );
  await sql.query(`alter table ${table} add primary key (id)`);
  await sql.query(`vacuum analyze ${table}`);
  const drawn = { $substrCP: [letters, { $toInt: { $mod: [{ $multiply: ['$_id', 7919] }, count] } }, 1] };
  const id = { $concat: [mixed ? drawn : 'P', '-', { $toString: '$_id' }] };
  await mongo
    .db(name)
    .collection(collection)
    .aggregate([{ $set: { _id: id } }, { $out: table }])
    .toArray();
  return { ...config, entities: [{ table: `public.${table}`, collection: table }] };
}
