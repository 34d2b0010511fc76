/** The name that a person most likely meant, for messages about unknown names. Must not know what the names are of. */

/**
 * The candidate with the fewest edits (letters added, removed, replaced, swapped), or the only one that is the name but
 * for what stands before its dot (`users` for `public.users`); null if none is close.
 */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  const names = [...candidates];
  const [longer, ...others] = names.filter((candidate) => candidate.endsWith(`.${name}`));
  if (longer !== undefined && others.length === 0) return longer;
  const limit = Math.max(1, Math.floor(name.length / 3)) + 1;
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of names) {
    const distance = edits(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `; did you mean "x"?`, or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const best = nearest(name, candidates);
  return best === null ? '' : `; did you mean "${best}"?`;
}

/** Optimal string alignment distance. */
function edits(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replace, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, (beforeLast[j - 2] as number) + 1);
      row.push(least);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] as number;
}
