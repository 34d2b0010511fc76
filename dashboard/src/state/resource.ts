/** One answer of the API that a page shows: asked for, kept while it is asked for again, asked again on live events. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { connection, onEvent } from '../api/live.js';
import { type ApiError, asApiError, request } from '../api/request.js';
import { useStore } from './store.js';

export interface Resource<T> {
  readonly data: T | null;
  /** Of the last attempt; the data before it stands still. */
  readonly error: ApiError | null;
  readonly reload: () => void;
}

/** Bursts of events ask once. */
const gatherMs = 250;

/** `path`: null asks for nothing. `events`: types on which it is asked for again. */
export function useResource<T>(path: string | null, events: readonly string[] = []): Resource<T> {
  const [answer, setAnswer] = useState<{ path: string | null; data: T | null; error: ApiError | null }>({
    path: null,
    data: null,
    error: null,
  });
  const [asked, setAsked] = useState(0);
  const reload = useCallback(() => setAsked((count) => count + 1), []);
  const generation = useStore(connection, (now) => `${now.generation} ${now.state === 'away'}`);
  useEffect(() => {
    if (path === null) return;
    const stopper = new AbortController();
    request<T>(path, { signal: stopper.signal }).then(
      (data) => {
        if (!stopper.signal.aborted) setAnswer({ path, data, error: null });
      },
      (error: unknown) => {
        if (stopper.signal.aborted) return;
        setAnswer((before) => ({ path, data: before.path === path ? before.data : null, error: asApiError(error) }));
      },
    );
    return () => stopper.abort();
  }, [path, asked, generation]);
  useReloadOn(events, reload);
  const isCurrent = answer.path === path;
  return { data: isCurrent ? answer.data : null, error: isCurrent ? answer.error : null, reload };
}

function useReloadOn(events: readonly string[], reload: () => void): void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const types = events.join(' ');
  useEffect(() => {
    const soon = (): void => {
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        reload();
      }, gatherMs);
    };
    const stops = types === '' ? [] : types.split(' ').map((type) => onEvent(type, soon));
    return () => {
      for (const stop of stops) stop();
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, [types, reload]);
}
