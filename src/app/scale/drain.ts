/**
 * Brings all shares of a sync to a point where nothing is on its way to them: captures publish up to now, and stop; then the shares
 * handle what is in the topics. Users go on writing: that waits in the logs. Must not know what comes after.
 */
import type { Clock } from '../../base/clock.js';
import { IsthmusError } from '../../base/errors.js';
import { readPlace } from '../../kafka/place.js';
import { type Side, sides } from '../../model/side.js';
import type { SyncEngine } from '../../sync/engine.js';
import type { Capture } from './capture.js';

export interface DrainParts {
  readonly captures: readonly Capture[];
  readonly shares: number;
  /** Engines of the shares that are here. */
  readonly here: () => ReadonlyMap<number, SyncEngine>;
  /** Resolves when all of them have read what was committed before the call. */
  readonly passed: () => Promise<void>;
  readonly ends: (side: Side) => Promise<ReadonlyMap<number, bigint>>;
  readonly clock: Clock;
}

const lookMs = 100;

/** Throws `not_running` with what keeps it. */
export async function drain(parts: DrainParts, limitMs: number): Promise<void> {
  const { captures, clock, passed } = parts;
  const giveUpAt = clock.now() + limitMs;
  await until(parts, giveUpAt, () => whyNotReady(parts));
  // What a capture that died had published of a transaction is whole, once another one has come to a mark of now.
  await within(parts, giveUpAt, passed());
  await Promise.all(captures.map((capture) => capture.stop()));
  const ends = { sql: await parts.ends('sql'), mongodb: await parts.ends('mongodb') };
  await until(parts, giveUpAt, () => whyNotHandled(parts, ends));
}

async function within({ clock }: DrainParts, giveUpAt: number, work: Promise<void>): Promise<void> {
  const limit = new AbortController();
  const late = clock.sleep(giveUpAt - clock.now(), limit.signal).then(() => {
    if (!limit.signal.aborted)
      throw new IsthmusError('not_running', {
        message: 'Not at rest: more is written than crosses. See apply.throttle.',
      });
  });
  await Promise.race([work, late]).finally(() => limit.abort());
}

async function until({ clock }: DrainParts, giveUpAt: number, why: () => string | null): Promise<void> {
  for (let reason = why(); reason !== null; reason = why()) {
    if (clock.now() > giveUpAt) throw new IsthmusError('not_running', { message: `Not at rest: ${reason}.` });
    await clock.sleep(lookMs);
  }
}

function whyNotReady({ captures, here, shares }: DrainParts): string | null {
  const idle = captures.find(({ status }) => status.state !== 'capturing');
  if (captures.length < sides.length || idle !== undefined)
    return `${idle?.status.side ?? 'a log'} is not captured by this process: stop the others`;
  const engines = here();
  if (engines.size < shares) return `${shares - engines.size} partitions are not here: stop the other workers`;
  for (const [share, engine] of engines) {
    const { entities, state } = engine.status();
    const loading = entities.find(({ load }) => load?.state === 'open');
    if (loading !== undefined) return `${loading.entity} is being loaded`;
    if (state !== 'running') return `partition ${share} is ${state}`;
  }
  return null;
}

function whyNotHandled({ here }: DrainParts, ends: Readonly<Record<Side, ReadonlyMap<number, bigint>>>): string | null {
  for (const [share, engine] of here()) {
    const { links } = engine.status();
    for (const side of sides)
      if (!isHandled(links[side].position, ends[side].get(share) ?? 0n))
        return `partition ${share} of ${side} has messages that are not handled`;
  }
  return null;
}

/** `position`: handled up to here, its message too. */
export function isHandled(position: string | null, end: bigint): boolean {
  return position !== null && BigInt(readPlace(position).offset) + 1n >= end;
}
