/**
 * The live events: one stream, read by `fetch` since `EventSource` cannot send a token. It reconnects by itself and goes on from the last
 * event. Must not know what the events mean.
 */
import { session, wantToken } from '../state/session.js';
import { Store } from '../state/store.js';
import { EventFrames } from './event-frames.js';
import { authorization } from './request.js';

export interface Connection {
  readonly state: 'connecting' | 'open' | 'away';
  /** When the next attempt begins, in ms since 1970; null while there is none. */
  readonly nextAttemptAt: number | null;
  /** Rises when events were missed: whoever shows something asks anew. */
  readonly generation: number;
}

export const connection = new Store<Connection>({ state: 'connecting', nextAttemptAt: null, generation: 0 });

type Listener = (data: unknown) => void;
const listeners = new Map<string, Set<Listener>>();

/** Gives back how to stop listening. */
export function onEvent(type: string, listener: Listener): () => void {
  const all = listeners.get(type) ?? new Set();
  listeners.set(type, all);
  all.add(listener);
  return () => void all.delete(listener);
}

/** The server says something each 15 s. */
const silentMs = 40_000;
const longestPauseMs = 10_000;

let lastId: string | null = null;
let wake: () => void = () => {};

/** Tries again at once. */
export function reconnect(): void {
  wake();
}

/** Runs as long as the page is open. */
export async function follow(): Promise<void> {
  for (let failures = 0; ; ) {
    const opened = await readOnce().catch(() => false);
    failures = opened ? 1 : failures + 1;
    const pauseMs = Math.min(longestPauseMs, 500 * 2 ** Math.min(failures, 5));
    connection.update((now) => ({ ...now, state: 'away', nextAttemptAt: Date.now() + pauseMs }));
    await pause(pauseMs);
    connection.update((now) => ({ ...now, nextAttemptAt: null }));
  }
}

/** Until the stream ends; whether it was open. */
async function readOnce(): Promise<boolean> {
  const stopper = new AbortController();
  let opened = false;
  const watch = new Watch(() => stopper.abort());
  const signOut = session.subscribe(() => stopper.abort());
  try {
    const headers = { ...authorization(), ...(lastId === null ? {} : { 'last-event-id': lastId }) };
    const answer = await fetch('/api/events', { headers, signal: stopper.signal, cache: 'no-store' });
    if (answer.status === 401) wantToken();
    if (!answer.ok || answer.body === null) return false;
    opened = true;
    connection.update((now) => ({ ...now, state: 'open', nextAttemptAt: null }));
    await readFrames(answer.body, watch);
    return true;
  } catch {
    return opened;
  } finally {
    watch.stop();
    signOut();
  }
}

async function readFrames(body: ReadableStream<Uint8Array>, watch: Watch): Promise<void> {
  const frames = new EventFrames();
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    watch.alive();
    for (const { id, type, data } of frames.take(value)) {
      if (id !== null) lastId = id;
      if (type === 'reset') connection.update((now) => ({ ...now, generation: now.generation + 1 }));
      else tell(type, JSON.parse(data));
    }
  }
}

function tell(type: string, data: unknown): void {
  for (const listener of listeners.get(type) ?? []) listener(data);
}

/** Ends a connection that says nothing any more. */
class Watch {
  private timer: ReturnType<typeof setTimeout>;

  constructor(private readonly end: () => void) {
    this.timer = setTimeout(end, silentMs);
  }

  alive(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.end, silentMs);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
