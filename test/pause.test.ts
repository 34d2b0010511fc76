/** What is paused writes nothing before somebody says so, also after the loss of a server, and tells how much waits. */
import { expect, it } from 'vitest';
import { waitFor } from '../src/testing/wait-for.js';
import { laggingProxy } from './lagging-proxy.js';
import { settle, testRigs } from './rig.js';

const rigs = await testRigs();

const items = {
  schema: 'create table items (id int primary key, v text)',
  config: { entities: [{ table: 'public.items' }] },
};

it('reads on, so that what waits is counted', async () => {
  const rig = await rigs.open(items);
  const sync = await rig.start();
  await settle(sync);
  await sync.pause();
  for (let id = 1; id <= 3; id++) {
    await rig.sql.query('insert into items values ($1)', [id]);
    await waitFor(() => sync.status().links.sql_to_mongodb.pending === id, { what: `change ${id} to be read` });
  }
  expect(await rig.db.collection('items').countDocuments()).toBe(0);
  await sync.resume();
  await settle(sync);
  expect(await rig.db.collection('items').countDocuments()).toBe(3);
});

it('stays paused when the engine begins anew', async () => {
  const rig = await rigs.open(items);
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
