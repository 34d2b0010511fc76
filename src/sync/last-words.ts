/**
 * Before a life that is stopped lets go of the logs: stores how far they are handled, so that the next process does not read
 * once more what this one wrote. Only a saving: never fails, and takes no longer than a moment.
 */
import type { Clock } from '../base/clock.js';
import { type Side, sides } from '../model/side.js';
import type { Heartbeat } from './heartbeat.js';
import type { Link } from './link.js';

/** Until what stands in the logs by now is read; a backlog is left to the next process. */
const readMs = 300;
const wholeMs = 2_000;

interface Reading {
  readonly links: Readonly<Record<Side, Pick<Link, 'saving'>>>;
  readonly heartbeat: Pick<Heartbeat, 'passed'>;
}

export async function storePositions({ links, heartbeat }: Reading, clock: Clock): Promise<void> {
  const late = new AbortController();
  const within = (ms: number, work: Promise<unknown>): Promise<unknown> =>
    Promise.race([work.catch(() => undefined), clock.sleep(ms, late.signal)]);
  const store = async (side: Side): Promise<void> => {
    await within(readMs, heartbeat.passed(side));
    await links[side].saving.save(true);
  };
  await within(wholeMs, Promise.allSettled(sides.map(store)));
  late.abort();
}
