/** The contract of stores on a real server; each test has a database of its own. */
import { describe } from 'vitest';
import type { StoreSide } from '../../testing/contract/contract-side.js';
import { describeStore } from '../../testing/contract/store-contract.js';
import { mariadbIsMissing, testMariadb } from '../../testing/servers/fixtures/test-mariadb.js';
import { literal } from '../names.js';
import { testSide } from '../test-side.js';

describe.skipIf(mariadbIsMissing() !== null)('MariaDB', () => {
  const mariadb = testMariadb();

  describeStore('MariaDB', async (): Promise<StoreSide> => {
    const db = await mariadb.freshDatabase();
    const t = await testSide({ ...db, schema: 'create table t (id varchar(20) primary key, v text)' });
    return {
      store: t.side.store,
      entity: `${db.name}.t`,
      state: (n) => [`s${n}`],
      key: (n) => `k${n}`,
      write: async (records) => {
        await t.user.query('start transaction');
        for (const { key, after } of records) {
          await t.user.query(`delete from t where id = ${literal(key)}`);
          if (after !== null)
            await t.user.query(`insert into t values (${literal(key)}, ${literal(after[0] as string)})`);
        }
        await t.user.query('commit');
      },
      another: () => t.another(),
      close: () => t.close(),
    };
  });
});
