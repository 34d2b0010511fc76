/** Asks several shares at once about records of theirs. Must not know where a share is. */

export interface Spread<T> {
  readonly items: readonly T[];
  readonly shareOf: (item: T) => number;
}

/** Each item to the share of its record, and what all of them say as one. */
export async function spread<T, K, R>(
  { items, shareOf }: Spread<T>,
  ask: (share: number, mine: readonly T[]) => Promise<ReadonlyMap<K, R>>,
): Promise<ReadonlyMap<K, R>> {
  const byShare = new Map<number, T[]>();
  for (const item of items) {
    const share = shareOf(item);
    byShare.set(share, [...(byShare.get(share) ?? []), item]);
  }
  const answers = await Promise.all([...byShare].map(([share, mine]) => ask(share, mine)));
  return new Map(answers.flatMap((answer) => [...answer]));
}
