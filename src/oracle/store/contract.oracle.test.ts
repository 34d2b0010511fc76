/** The contracts of stores and of SQL sides on a real Oracle; each test of the former has a schema of its own. */
import type { StoreSide } from '../../testing/contract/contract-side.js';
import { describeSql, type SqlSide, sqlTables } from '../../testing/contract/sql-contract.js';
import { describeStore } from '../../testing/contract/store-contract.js';
import { cuttingProxy } from '../../testing/servers/cutting-proxy.js';
import { uniqueName } from '../../testing/servers/fixtures/database-name.js';
import { laneLabel, literal } from '../names.js';
import { testSide } from '../test-side.js';

describeStore('Oracle', async (): Promise<StoreSide> => {
  const t = await testSide(uniqueName(), ['create table t (id varchar2(20) primary key, v varchar2(4000))']);
  return {
    store: t.side.store,
    entity: `${t.schema}.T`,
    state: (n) => [`s${n}`],
    key: (n) => `k${n}`,
    write: async (records) => {
      await t.rows('begin');
      for (const { key, after } of records) {
        await t.rows(`delete from t where id = ${literal(key)}`);
        if (after !== null) await t.rows(`insert into t values (${literal(key)}, ${literal(after[0] as string)})`);
      }
      await t.rows('commit');
    },
    another: () => t.another(),
    close: () => t.close(),
  };
});

describeSql('Oracle', async (): Promise<SqlSide> => {
  const t = await testSide(uniqueName(), sqlTables);
  const proxy = await cuttingProxy(t.url);
  const { store } = await t.another({ url: proxy.url, cached: false });
  const ours = `client_identifier in (${[laneLabel(t.name, 0), laneLabel(t.name, 'locks')].map(literal).join(', ')})`;
  return {
    store,
    proxy,
    // With the quotes and the schema that only ours have.
    wire: { commit: 'commit write immediate wait', write: `insert into "${t.schema}"."A"` },
    schema: t.schema,
    nameOf: (name) => name.toUpperCase(),
    name: t.name,
    run: t.rows,
    another: () => t.another(),
    waits: async () =>
      (await t.rows(`select 1 from v$session where ${ours} and blocking_session is not null`)).length > 0,
    idle: async () =>
      (
        await t.rows(
          `select 1 from v$session s join v$transaction x on x.ses_addr = s.saddr where s.${ours} and s.status = 'INACTIVE'`,
        )
      ).length,
    endSome: async () => {
      const found = await t.rows(
        `select sid, serial# from v$session where ${ours} and status = 'ACTIVE' and dbms_random.value < 0.1`,
      );
      for (const [sid, serial] of found)
        await t.rows(`alter system kill session '${Number(sid)},${Number(serial)}' immediate`).catch(() => undefined);
      return found.length;
    },
    close: async () => {
      await t.close();
      await proxy.close();
    },
  };
});
