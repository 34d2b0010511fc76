import { expect, test } from 'vitest';
import { openTestSide } from '../../testing/mongodb/test-side.js';
import { testMongo } from '../../testing/servers/fixtures/test-mongo.js';
import { handOverPosition } from './hand-over.js';

const mongo = testMongo();

test('a capture of the new division begins where those of the old one ended, and no sooner than they have', async () => {
  const { leases } = await openTestSide(mongo.freshDatabase());
  const old = await leases.claim('old', 'a capture', 60_000);
  if (old === null) throw new Error('nobody has it');
  expect(await handOverPosition(leases, 'old', 'new')).toBe(false);
  await leases.renew(old, 60_000, 'here');
  await leases.release(old);
  expect(await handOverPosition(leases, 'old', 'new')).toBe(true);
  // Interrupted and run again, after another one went on meanwhile.
  const again = await leases.claim('old', 'a capture', 60_000);
  if (again === null) throw new Error('nobody has it');
  await leases.renew(again, 60_000, 'there');
  await leases.release(again);
  expect(await handOverPosition(leases, 'old', 'new')).toBe(true);
  // Who slept with the old role saves nothing that a new one begins after.
  const slept = await leases.claim('old', 'one that slept', 60_000);
  if (slept === null) throw new Error('nobody has it');
  await leases.renew(slept, 60_000, 'far beyond');
  expect(await leases.claim('new', 'a capture', 60_000)).toMatchObject({ position: 'there' });
});
