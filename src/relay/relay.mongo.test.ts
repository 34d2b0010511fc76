import { expect, test } from 'vitest';
import { systemClock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import { silentLogger } from '../base/logger.js';
import type { ChangeSource } from '../ports/change-source.js';
import { openTestSide } from '../testing/mongodb/test-side.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';
import { Relay } from './relay.js';

const mongo = testMongo();

test('who may not capture any more touches nothing, lets go of the role, and says why', async () => {
  const { leases } = await openTestSide(mongo.freshDatabase());
  const touched: string[] = [];
  const touch = (what: string) => (): Promise<never> => {
    touched.push(what);
    return Promise.reject(new Error(what));
  };
  const relay = new Relay({
    source: { side: 'sql', begin: touch('begin'), open: touch('open') } as unknown as ChangeSource,
    role: 'capture/sql',
    mayHave: () => Promise.reject(new IsthmusError('transport_changed')),
    endReader: touch('endReader'),
    openPublisher: () => Promise.resolve({ publish: touch('publish'), close: () => Promise.resolve() }),
    leases,
    owner: 'one that slept',
    clock: systemClock,
    log: silentLogger,
  });
  relay.start();
  expect(await relay.failure).toMatchObject({ code: 'transport_changed' });
  await relay.stop();
  expect(touched).toEqual([]);
  expect(await leases.claim('capture/sql', 'another one', 1000)).toMatchObject({ position: null });
});
