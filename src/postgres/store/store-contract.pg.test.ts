/** The contracts of stores, and of SQL sides, on a real PostgreSQL. */

import pg from 'pg';
import { systemClock } from '../../base/clock.js';
import { silentLogger } from '../../base/logger.js';
import type { ContractSide } from '../../testing/contract/contract-side.js';
import { describeSql, type SqlSide, sqlTables } from '../../testing/contract/sql-contract.js';
import { describeSource, describeStore } from '../../testing/contract/store-contract.js';
import { cuttingProxy } from '../../testing/servers/cutting-proxy.js';
import { testPostgres } from '../../testing/servers/fixtures/test-postgres.js';
import { openPostgres } from '../open.js';
import { testSide } from '../test-side.js';

const postgres = await testPostgres();

const open = async (): Promise<ContractSide> => {
  const t = await testSide({
    ...(await postgres.freshDatabase()),
    schema: 'create table t (id text primary key, v text)',
  });
  return {
    store: t.side.store,
    source: t.side.source,
    entity: 'public.t',
    state: (n) => [`s${n}`],
    key: (n) => `k${n}`,
    write: async (records) => {
      await t.user.query('begin');
      for (const { key, after } of records) {
        await t.user.query('delete from t where id = $1', [key]);
        if (after !== null) await t.user.query('insert into t values ($1, $2)', [key, after[0]]);
      }
      await t.user.query('commit');
    },
    another: () => t.another(),
    close: () => t.close(),
  };
};

describeStore('PostgreSQL', open);
describeSource('PostgreSQL', open);

describeSql('PostgreSQL', async (): Promise<SqlSide> => {
  const db = await postgres.freshDatabase();
  const t = await testSide({ ...db, schema: sqlTables.join(';\n') });
  const proxy = await cuttingProxy(db.url);
  const common = { name: db.name, entities: t.entities, log: silentLogger, clock: systemClock };
  const through = await openPostgres({ url: proxy.url, ...common });
  const rows = async (text: string) => (await t.user.query({ text, rowMode: 'array' })).rows as unknown[][];
  // What it says of sessions stays as it was first looked at until a transaction ends: the user's own would see no news.
  const watcher = new pg.Client({ connectionString: db.url });
  await watcher.connect();
  const ours = `application_name like 'isthmus%' and datname = current_database()`;
  const activity = async (which: string) =>
    (await watcher.query(`select 1 from pg_stat_activity where ${ours} and ${which}`)).rows.length;
  return {
    store: through.store,
    proxy,
    wire: { commit: 'commit\0', write: 'isthmus_missed' },
    schema: 'public',
    nameOf: (name) => name,
    name: db.name,
    run: rows,
    another: () => t.another(),
    waits: async () => (await activity(`wait_event_type = 'Lock'`)) > 0,
    idle: () => activity(`state like 'idle in%'`),
    endSome: async () =>
      (
        await watcher.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${ours}
          and (query ilike 'commit' or query like '%isthmus.progress%') and random() < 0.1`)
      ).rows.length,
    close: async () => {
      await watcher.end();
      await through.close();
      await t.close();
      await proxy.close();
    },
  };
});
