/** What the engine shows of itself, gathered from its parts when asked. */
import type { IsthmusError } from '../base/errors.js';
import { recordId } from '../model/record.js';
import { type LinkName, linkFrom, type Side } from '../model/side.js';
import type { Life } from './life.js';

export interface LinkStatus {
  readonly name: LinkName;
  readonly position: string | null;
  /** Age in ms of the oldest change that is read and not written, without what waits for a person; 0: the log is read to its end. */
  readonly lagMs: number;
  /** Changes that are read and not written, without what waits for a person. */
  readonly pending: number;
  /** Records that are held, with those that wait for a person. */
  readonly held: number;
  /** Of these, the ones that nothing but time keeps. */
  readonly heldMoving: number;
  readonly awaiting: number;
}

export interface EntityStatus {
  readonly entity: string;
  readonly stopped: string | null;
  readonly load: {
    readonly state: 'open' | 'done';
    readonly from: Side;
    readonly rows: number;
    readonly total: number;
    readonly startedAt: number;
  } | null;
}

export interface EngineStatus {
  /** `idle`: no direction is set, so nothing runs. */
  readonly state: 'starting' | 'idle' | 'loading' | 'running' | 'paused' | 'failed';
  readonly links: Readonly<Record<Side, LinkStatus>>;
  readonly entities: readonly EntityStatus[];
  readonly conflictsPending: number;
  readonly deadLetters: number;
  readonly lastError: IsthmusError | null;
}

export function statusOf(of: {
  readonly life: Life | null;
  readonly paused: boolean;
  readonly lastError: IsthmusError | null;
}): EngineStatus {
  const running = of.life?.running ?? null;
  const entities = entitiesOf(of.life);
  const loading = entities.some(({ load }) => load?.state === 'open');
  const failed = of.lastError !== null && !of.lastError.retry;
  const idle = of.life?.following?.direction === 'none';
  return {
    state: failed
      ? 'failed'
      : of.paused
        ? 'paused'
        : idle
          ? 'idle'
          : running === null
            ? 'starting'
            : loading
              ? 'loading'
              : 'running',
    links: { sql: linkStatus(of.life, 'sql'), mongodb: linkStatus(of.life, 'mongodb') },
    entities,
    conflictsPending: running?.session.trouble.pendingCount ?? 0,
    deadLetters: running?.session.trouble.letterCount ?? 0,
    lastError: of.lastError,
  };
}

function linkStatus(life: Life | null, source: Side): LinkStatus {
  const name = linkFrom(source);
  const running = life?.running;
  if (!running) return { name, position: null, lagMs: 0, pending: 0, held: 0, heldMoving: 0, awaiting: 0 };
  const { session, heartbeat } = running;
  const link = running.links[source];
  const { held, awaiting } = session.links[source];
  let heldMoving = 0;
  let oldestHeld = Number.POSITIVE_INFINITY;
  for (const row of held.values()) {
    if (session.trouble.has(recordId(row)) || session.stopped.has(row.entity)) continue;
    heldMoving++;
    if (row.since < oldestHeld) oldestHeld = row.since;
  }
  const { changes, oldest } = link.pending;
  const now = session.parts.clock.now();
  const since = Math.min(oldest ?? Number.POSITIVE_INFINITY, oldestHeld);
  const lagMs = since === Number.POSITIVE_INFINITY ? heartbeat.unreadMs(source) : Math.max(0, now - since);
  return {
    name,
    position: link.position,
    lagMs,
    pending: changes + heldMoving,
    held: held.size,
    heldMoving,
    awaiting: awaiting.size,
  };
}

function entitiesOf(life: Life | null): EntityStatus[] {
  const running = life?.running;
  if (!running) return [];
  const { session, recovered } = running;
  return [...session.parts.entities.keys()].map((entity) => {
    const { sql, mongodb } = session.links;
    const load = sql.loads.get(entity) ?? mongodb.loads.get(entity);
    const row =
      load?.row ??
      sql.loads.endOf(entity) ??
      mongodb.loads.endOf(entity) ??
      recovered.work.loads.find((one) => one.entity === entity) ??
      null;
    const state = load ? ('open' as const) : ('done' as const);
    return {
      entity,
      stopped: session.stopped.get(entity) ?? null,
      load: row && { state, from: row.from, rows: load?.rows ?? row.rows, total: row.total, startedAt: row.startedAt },
    };
  });
}
