import { expect, test } from 'vitest';
import { openTestSide } from '../testing/mongodb/test-side.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';
import { waitFor } from '../testing/wait-for.js';

const mongo = testMongo();

test('of many who claim a role at once one has it, and another one only when its time is up', async () => {
  const { leases } = await openTestSide(mongo.freshDatabase());
  const owners = Array.from({ length: 8 }, (_, n) => `owner ${n}`);
  const claims = await Promise.all(owners.map((owner) => leases.claim('capture/sql', owner, 60_000)));
  const had = claims.flatMap((lease) => lease ?? []);
  expect(had).toHaveLength(1);
  const [first] = had;
  if (first === undefined) throw new Error('nobody has it');
  expect(first).toMatchObject({ term: 1, position: null });
  expect(await leases.renew(first, 1, 'here')).toBe(true);
  const other = owners.find((owner) => owner !== first.owner) as string;
  const second = await waitFor(() => leases.claim('capture/sql', other, 60_000), { what: 'the role', limitMs: 5000 });
  expect(second).toMatchObject({ owner: other, term: 2, position: 'here' });
  // Who comes back late stores nothing.
  expect(await leases.renew(first, 60_000, 'there')).toBe(false);
  await leases.release(first);
  expect(await leases.claim('capture/sql', first.owner, 60_000)).toBeNull();
  if (second !== null) await leases.release(second);
  expect(await leases.claim('capture/sql', first.owner, 60_000)).toMatchObject({ term: 3, position: 'here' });
});
