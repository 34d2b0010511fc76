/** What the engine shows of itself, gathered from its parts when asked. */
import type { IsthmusError } from '../base/errors.js';
import { type LinkName, linkFrom, type Side } from '../model/side.js';
import type { Life, Running } from './life.js';
import type { ReadTimes } from './read-times.js';

export interface LinkStatus {
  readonly name: LinkName;
  readonly position: string | null;
  /**
   * Age in ms of the oldest change that is read and not written, without what waits for a person. With none, 0 only while the
   * log is known to be read to its end, else the time since it last was.
   */
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
  /** When the oldest of them was found, ms since 1970; null: none waits. */
  readonly pendingSince: number | null;
  readonly deadLetters: number;
  readonly lastError: IsthmusError | null;
}

interface Parts {
  readonly life: Life | null;
  readonly paused: boolean;
  readonly lastError: IsthmusError | null;
  readonly readTimes: ReadTimes;
  readonly now: number;
}

/** Null: none yet, or one that has failed. */
function alive(life: Life | null): Running | null {
  const running = life?.running ?? null;
  return running === null || running.session.signal.aborted ? null : running;
}

function isIdle(life: Life | null): boolean {
  return life?.following?.direction === 'none';
}

/** `before`: what was known last, for the time between two lives. */
export function statusOf(of: Parts, before: EngineStatus | null): EngineStatus {
  const running = alive(of.life);
  const entities = running === null && before !== null ? before.entities : entitiesOf(of.life);
  const loading = entities.some(({ load }) => load?.state === 'open');
  const failed = of.lastError !== null && !of.lastError.retry;
  const idle = isIdle(of.life);
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
    links: { sql: linkStatus(of, 'sql'), mongodb: linkStatus(of, 'mongodb') },
    entities,
    conflictsPending: running?.session.trouble.pendingCount ?? before?.conflictsPending ?? 0,
    pendingSince: pendingSince(running),
    deadLetters: running?.session.trouble.letterCount ?? before?.deadLetters ?? 0,
    lastError: of.lastError,
  };
}

function pendingSince(running: Running | null): number | null {
  let since: number | null = null;
  for (const { createdAt } of running?.session.trouble.conflicts() ?? [])
    if (since === null || createdAt < since) since = createdAt;
  return since;
}

function linkStatus({ life, readTimes, now }: Pick<Parts, 'life' | 'readTimes' | 'now'>, source: Side): LinkStatus {
  const name = linkFrom(source);
  const running = alive(life);
  if (running === null) {
    // What nobody means to follow does not lag.
    const lagMs = isIdle(life) ? 0 : readTimes.ageMs(source, now);
    return { name, position: null, lagMs, pending: 0, held: 0, heldMoving: 0, awaiting: 0 };
  }
  const { session, heartbeat } = running;
  const link = running.links[source];
  const { held, awaiting } = session.links[source];
  let heldMoving = 0;
  let oldestHeld = Number.POSITIVE_INFINITY;
  for (const [id, row] of held.entries()) {
    if (session.trouble.has(id) || session.stopped.has(row.entity)) continue;
    heldMoving++;
    if (row.since < oldestHeld) oldestHeld = row.since;
  }
  const { changes, oldest } = link.pending;
  const committed = oldest === null ? Number.POSITIVE_INFINITY : oldest - session.parts.aheadMs(source);
  const since = Math.min(committed, oldestHeld);
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
