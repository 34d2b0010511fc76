/** A pause outlives the loss of a server: what begins anew must not write before somebody says so. */
import { expect, it } from 'vitest';
import { waitFor } from '../src/testing/wait-for.js';
import { laggingProxy } from './lagging-proxy.js';
import { settle, testRigs } from './rig.js';

const rigs = await testRigs();

it('stays paused when the engine begins anew', async () => {
  const rig = await rigs.open({
    schema: 'create table items (id int primary key, v text)',
    config: { entities: [{ table: 'public.items' }] },
  });
  const proxy = await laggingProxy(rig.sqlUrl);
  rig.atEnd(() => proxy.close());
  const sync = await rig.start({}, { sql: { url: proxy.url } });
  await settle(sync);
  await sync.pause();
  proxy.cut();
  await waitFor(() => sync.status().links.sql_to_mongodb.lastError !== null, { what: 'the loss to be noticed' });
  await rig.sql.query(`insert into items values (1, 'while it was paused')`);
  proxy.mend();
  await waitFor(() => sync.status().links.sql_to_mongodb.pending > 0, {
    what: 'the change to be read',
    limitMs: 30_000,
  });
  expect(sync.status().state).toBe('paused');
  expect(await rig.db.collection('items').countDocuments()).toBe(0);
  await sync.resume();
  await settle(sync);
  expect(await rig.db.collection('items').countDocuments()).toBe(1);
});
