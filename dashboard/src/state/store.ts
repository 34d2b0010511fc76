/** A value that parts of the page share and follow. Must not know what it is. */
import { useEffect, useReducer, useRef } from 'preact/hooks';

export class Store<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private current: T) {}

  get value(): T {
    return this.current;
  }

  set(next: T): void {
    if (Object.is(next, this.current)) return;
    this.current = next;
    for (const listener of [...this.listeners]) listener();
  }

  update(change: (now: T) => T): void {
    this.set(change(this.current));
  }

  /** Gives back how to stop. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

/** The part of a store's value that is shown; drawn again only when that part changes. */
export function useStore<T, S>(store: Store<T>, select: (value: T) => S): S {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const selected = select(store.value);
  const shown = useRef(selected);
  shown.current = selected;
  const selector = useRef(select);
  selector.current = select;
  useEffect(() => {
    const look = (): void => {
      if (!Object.is(selector.current(store.value), shown.current)) draw(undefined);
    };
    // It may have changed between the drawing and now.
    look();
    return store.subscribe(look);
  }, [store]);
  return selected;
}
