/** Cuts what is looked up by lists of values into few sizes, so that the server meets few statements. Pure. Must not know a statement. */

/** A list may have 1,000 members. */
const sizes = [1, 4, 16, 64, 256] as const;
const most = 256;

export interface InList<T> {
  /** Filled up with the last one again, which finds no row twice. */
  readonly members: readonly T[];
  /** The place of the first one among all. */
  readonly first: number;
  readonly count: number;
}

export function inLists<T>(all: readonly T[]): readonly InList<T>[] {
  const lists: InList<T>[] = [];
  for (let first = 0; first < all.length; first += most) {
    const own = all.slice(first, first + most);
    const size = sizes.find((each) => each >= own.length) ?? most;
    const last = own[own.length - 1] as T;
    const members = [...own, ...Array.from({ length: size - own.length }, () => last)];
    lists.push({ members, first, count: own.length });
  }
  return lists;
}

/** `:1, :2`, from `first` on. */
export function placeholders(first: number, count: number): string {
  return Array.from({ length: count }, (_, index) => `:${first + index}`).join(', ');
}
