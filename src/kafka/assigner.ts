/**
 * Which worker has which partitions: the same ones of both topics, as evenly as can be, and those that it has already where that
 * fits. Must not know a consumer.
 */

export interface Member {
  readonly id: string;
  /** What it has now. */
  readonly has: readonly number[];
}

/** Member → its partitions, ascending. The same members give the same answer. */
export function shareOut(members: readonly Member[], partitions: number): ReadonlyMap<string, readonly number[]> {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const shares = new Map<string, number[]>(sorted.map(({ id }) => [id, []]));
  if (sorted.length === 0) return shares;
  const most = Math.ceil(partitions / sorted.length);
  // So many have one more than the others.
  let larger = partitions % sorted.length || sorted.length;
  const taken = new Set<number>();
  const least = Math.floor(partitions / sorted.length);
  for (const { id, has } of sorted) {
    const wanted = [...new Set(has)].filter((one) => one < partitions && !taken.has(one)).sort((a, b) => a - b);
    const room = larger > 0 ? most : least;
    const kept = wanted.slice(0, room);
    if (kept.length === most && most > least) larger--;
    for (const one of kept) taken.add(one);
    shares.get(id)?.push(...kept);
  }
  for (let partition = 0; partition < partitions; partition++)
    if (!taken.has(partition)) emptiest(shares).push(partition);
  for (const share of shares.values()) share.sort((a, b) => a - b);
  return shares;
}

function emptiest(shares: ReadonlyMap<string, number[]>): number[] {
  let found: number[] | null = null;
  for (const share of shares.values()) if (found === null || share.length < found.length) found = share;
  return found as number[];
}
