import { expect, test } from 'vitest';
import { IsthmusError } from '../../base/errors.js';
import type { SideStore } from '../../ports/side-store.js';
import { ShareStore } from './share-store.js';

test('who takes a share over looks afterwards whether the records are still divided so', async () => {
  const did: string[] = [];
  const own = { takeOver: () => Promise.resolve(void did.push('taken over')) } as unknown as SideStore;
  const kept = (): Promise<void> => {
    did.push('looked');
    return Promise.reject(new IsthmusError('transport_changed'));
  };
  const store = new ShareStore({ all: own, own, share: 0, shares: 1, isMine: () => true, kept });
  await expect(store.takeOver(1, 1)).rejects.toMatchObject({ code: 'transport_changed' });
  expect(did).toEqual(['taken over', 'looked']);
});
