/** A stop comes to its end whatever a server does. */
import { expect, test } from 'vitest';
import { waitFor } from '../src/testing/wait-for.js';
import { laggingProxy } from './lagging-proxy.js';
import { settle, testRigs } from './rig.js';

const rigs = await testRigs();
const schema = 'create table users (id int primary key, name text)';

test('a server that answers nothing any more does not keep a stop for ever; the next start goes on', async () => {
  const rig = await rigs.open({ schema, config: { entities: [{ table: 'users' }] } });
  const proxy = await laggingProxy(rig.sqlUrl);
  rig.atEnd(() => proxy.close());
  const tuned = { engine: { heartbeatMs: 100 }, stopLimitMs: 1000 };
  const sync = await rig.start(tuned, { sql: { url: proxy.url } });
  await settle(sync);
  proxy.mute();
  await rig.db.collection<{ _id: number; name: string }>('users').insertOne({ _id: 1, name: 'on its way' });
  await waitFor(() => sync.status().links.mongodb_to_sql.pending > 0, { what: 'a change that waits for the server' });
  await expect(sync.stop()).rejects.toMatchObject({ code: 'transient' });
  expect(sync.status().state).toBe('stopped');

  const next = await rig.start();
  await settle(next);
  const { rows } = await rig.sql.query('select id, name from users');
  expect(rows).toEqual([{ id: 1, name: 'on its way' }]);
});
