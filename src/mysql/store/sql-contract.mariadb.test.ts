/** The contract of SQL sides on a real MariaDB. */
import { describe } from 'vitest';
import { describeSql, type SqlSide, sqlTables } from '../../testing/contract/sql-contract.js';
import { cuttingProxy } from '../../testing/servers/cutting-proxy.js';
import { mariadbIsMissing, testMariadb } from '../../testing/servers/fixtures/test-mariadb.js';
import { testSide } from '../test-side.js';

describe.skipIf(mariadbIsMissing() !== null)('a real server', () => {
  const mariadb = testMariadb();

  describeSql('MariaDB', async (): Promise<SqlSide> => {
    const db = await mariadb.freshDatabase();
    const t = await testSide({ ...db, schema: sqlTables.join(';\n') });
    const proxy = await cuttingProxy(db.url);
    const { store } = await t.another(proxy.url);
    return {
      store,
      proxy,
      // A query's first byte, then its text.
      wire: { commit: '\u0003commit', write: `insert into \`${db.name}\`.\`a\`` },
      schema: db.name,
      nameOf: (name) => name,
      name: db.name,
      run: t.rows,
      another: () => t.another(),
      waits: async () =>
        (
          await t.rows(
            `select 1 from information_schema.innodb_trx where trx_state = 'LOCK WAIT' and trx_query like '%${db.name}%'`,
          )
        ).length > 0,
      idle: async () =>
        (
          await t.rows(`select 1 from information_schema.innodb_trx x join information_schema.processlist p on p.id = x.trx_mysql_thread_id
            where p.db = '${db.name}' and p.command = 'Sleep' and p.id <> connection_id()`)
        ).length,
      endSome: async () => {
        const found =
          await t.rows(`select id from information_schema.processlist where db = '${db.name}' and id <> connection_id()
          and (info = 'commit' or info like '%isthmus.progress%' or info like '%json_table%') and rand() < 0.1`);
        for (const [id] of found) await t.user.query(`kill ${Number(id)}`).catch(() => undefined);
        return found.length;
      },
      close: async () => {
        await t.close();
        await proxy.close();
      },
    };
  });
});
