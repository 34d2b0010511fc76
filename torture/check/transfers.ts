/** Promise 5: a transaction is seen whole. No transfer makes or loses money, so each side's total is what it was. Pure. */
import type { Evidence, Problem } from '../evidence.js';
import { type Story, waits } from './story.js';

export function checkTransfers(stories: readonly Story[], { initial, final }: Evidence): readonly Problem[] {
  // Of an account that waits only one side has seen all.
  if (stories.some((story) => story.table.name === 'accounts' && waits(story))) return [];
  return (['sql', 'mongodb'] as const).flatMap((side) => {
    const [before, after] = [total(initial[side].get('accounts')), total(final[side].get('accounts'))];
    if (before === after) return [];
    const text = `The accounts of ${side} hold ${after} together, and held ${before}: a transfer was torn.`;
    return [{ check: 'torn-transfer', table: 'accounts', key: null, text }];
  });
}

function total(accounts: ReadonlyMap<string, Readonly<Record<string, string | null>>> | undefined): bigint {
  let sum = 0n;
  for (const values of accounts?.values() ?? []) sum += BigInt(values['balance'] ?? '0');
  return sum;
}
