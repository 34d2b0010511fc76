/**
 * Divides the records of a sync among more partitions, while users write and the sync stands still: brings all shares to rest, hands
 * each one over to its heirs, adds partitions to both topics. What was interrupted is gone on with. Must not know how shares rest,
 * nor what they hand over.
 */
import { systemClock } from '../../base/clock.js';
import { IsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Config } from '../../config/schema.js';
import type { KafkaTransport } from '../../kafka/open.js';
import { partitionOf } from '../../kafka/partition.js';
import { captureRole, type Division, heirsOf, shareName, whyNotDivided } from '../../model/share.js';
import { sides as bothSides } from '../../model/side.js';
import type { StoredLayout } from '../../ports/share-board.js';
import { compose } from '../compose.js';
import { quietConfig } from '../quiet-config.js';
import { readMapping } from '../read-schema.js';
import { type OpenSides, openSides } from '../sides.js';
import { handOver, handOverPosition, isAtRest, isRetired, type StoredShare } from './hand-over.js';
import { claimedLayout } from './layout.js';
import { openTransport } from './open-kafka.js';
import { lanesOfShare } from './share-bounds.js';
import { silentMs } from './share-news.js';
import type { SharedEngine } from './shared-engine.js';

export interface RepartitionOptions {
  readonly to: number;
  readonly log: Logger;
  readonly onProgress: (told: string) => void;
}

const drainLimitMs = 600_000;

/** Throws `request_invalid`, `in_use`, `not_running` with what is not at rest, `transport_changed`. */
export async function repartition(config: Config, options: RepartitionOptions): Promise<void> {
  const { log } = options;
  const deps = { log, clock: systemClock };
  const sides = await openSides(config, await readMapping(config, { log }), deps);
  try {
    const transport = await openTransport(config, { entities: sides.entities, ...deps });
    if (transport === null) throw invalid('There are no partitions without Kafka.');
    await divide({ config, sides, transport, ...options });
  } finally {
    await sides.close();
  }
}

interface Dividing extends RepartitionOptions {
  readonly config: Config;
  readonly sides: OpenSides;
  readonly transport: KafkaTransport;
}

async function divide(of: Dividing): Promise<void> {
  const { config, onProgress, sides, to, transport } = of;
  const { board } = sides.mongodb;
  const layout = await claimedLayout(board, sides.sql.store, config);
  const why = layout.next === null ? whyNotDivided(layout, to) : layout.next === to ? null : `${layout.next} was begun`;
  if (why !== null) throw invalid(`${layout.partitions} partitions cannot become ${to}: ${why}.`);
  if (layout.next === null) {
    await drainAll(of);
    await board.divide(layout, to);
  }
  const begun: StoredLayout = { ...layout, next: to };
  const later: Division = { partitions: to, former: [...layout.former, layout.partitions] };
  if (!(await isHandedOver(of, layout)))
    await lookAtRest(of, layout, later).catch(async (error: unknown) => {
      await board.divide({ ...layout, next: null }, null);
      throw error;
    });
  for (let share = 0; share < layout.partitions; share++) {
    const heirs = heirsOf(share, layout.partitions, to);
    await withStored(of, layout, [share], ([from]) =>
      withStored(of, later, heirs, (stored) => handOver({ from: from as StoredShare, heirs: stored, ...howOf(of) })),
    );
    onProgress(`partition ${share + 1} of ${layout.partitions} is handed over`);
  }
  await transport.widen(to);
  await board.divide(begun, null);
}

/** All that was published is handled and stored. */
async function drainAll({ config, log, onProgress, sides }: Dividing): Promise<void> {
  const running = (await sides.mongodb.board.reports()).find(({ ageMs }) => ageMs < silentMs);
  if (running !== undefined)
    throw new IsthmusError('in_use', { message: `The process ${running.owner} runs this sync, or did just now.` });
  onProgress('what is on its way is brought to rest');
  let shared: SharedEngine | null = null;
  const told = (engine: SharedEngine): void => {
    shared = engine;
  };
  const sync = await compose(quietConfig(config), { log, levels: false, shared: told });
  try {
    await (shared as SharedEngine | null)?.drain(drainLimitMs);
  } finally {
    await sync.stop();
  }
}

/**
 * Who began before it was said that the records are divided anew, and is not at rest, is found here; who begins later looks, and
 * ends. What a capture that sleeps publishes in the old partitions from here on is left out by the heirs, and published anew.
 */
async function lookAtRest(of: Dividing, layout: Division, later: Division): Promise<void> {
  const { config, sides, transport } = of;
  const { conflicts, leases } = sides.mongodb;
  for (const side of bothSides) {
    const from = captureRole(side, layout);
    if (!(await handOverPosition(leases, from, captureRole(side, later))))
      throw notAtRest(`another process captures ${side}`);
  }
  const ends = { sql: await transport.ends('sql'), mongodb: await transport.ends('mongodb') };
  for (let share = 0; share < layout.partitions; share++) {
    const rests = await withStored(of, layout, [share], ([one]) =>
      isAtRest(one as StoredShare, lanesOfShare(config.apply.lanes, layout.partitions), ends),
    );
    if (!rests) throw notAtRest(`partition ${share} has messages that are not handled`);
  }
  const { propagating, discards } = await conflicts.openWork();
  if (propagating.length + discards.length > 0) throw notAtRest('a settlement is not finished');
}

/** Whether some of it is: then all was at rest. */
async function isHandedOver(of: Dividing, layout: Division): Promise<boolean> {
  const shares = Array.from({ length: layout.partitions }, (_, share) => share);
  return withStored(of, layout, shares, async (all) => (await Promise.all(all.map(isRetired))).includes(true));
}

function howOf({ config, to }: Dividing) {
  return {
    lanes: lanesOfShare(config.apply.lanes, to),
    shareOf: (ref: Parameters<typeof partitionOf>[0]) => partitionOf(ref, to),
  };
}

async function withStored<T>(
  { config, sides }: Dividing,
  division: Division,
  shares: readonly number[],
  work: (stored: readonly StoredShare[]) => Promise<T>,
): Promise<T> {
  const all = shares.map((share): StoredShare => {
    const name = shareName(config.name, share, division);
    const stores = { sql: sides.sql.share(name), mongodb: sides.mongodb.share(name) };
    return { share, stores, work: sides.mongodb.shareWork(name), course: sides.mongodb.shareCourse(name) };
  });
  try {
    return await work(all);
  } finally {
    await Promise.all(all.flatMap(({ stores }) => bothSides.map((side) => stores[side].close())));
  }
}

function notAtRest(why: string): IsthmusError {
  return new IsthmusError('not_running', {
    message: `Not at rest: ${why}.`,
    remedy: 'Nothing was changed. Run the command again.',
  });
}

function invalid(message: string): IsthmusError {
  return new IsthmusError('request_invalid', { message });
}
