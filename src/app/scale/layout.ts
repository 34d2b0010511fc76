/**
 * A sync's progress is stored under its own name, or under those of its shares: read by others it would look like none, and what
 * was committed meanwhile would be missed. So the first process says how it is divided, and the others keep to that.
 */
import { IsthmusError } from '../../base/errors.js';
import type { Config } from '../../config/schema.js';
import type { Division } from '../../model/share.js';
import type { Layout, ShareBoard, StoredLayout } from '../../ports/share-board.js';
import type { SideStore } from '../../ports/side-store.js';

/** `own`: a side's store under the sync's own name. Throws `transport_changed`. */
export async function keepLayout(
  board: Pick<ShareBoard, 'claimLayout'>,
  own: Pick<SideStore, 'epoch'>,
  config: Pick<Config, 'transport'>,
): Promise<Division> {
  return whole(await claimedLayout(board, own, config));
}

/** Throws `transport_changed` where the records are divided otherwise by now, or are about to be. */
export async function stillKept(
  board: Pick<ShareBoard, 'claimLayout'>,
  config: Pick<Config, 'transport'>,
): Promise<void> {
  const wanted = layoutOf(config);
  whole(asWanted(await board.claimLayout(wanted), wanted));
}

function whole(stored: StoredLayout): StoredLayout {
  if (stored.next === null) return stored;
  throw new IsthmusError('transport_changed', {
    message: `This sync is being divided anew, by ${stored.next} partitions, and that is not finished.`,
    remedy: `Run \`isthmus repartition --to ${stored.next}\` to its end.`,
  });
}

/** What is stored, where it is what is configured. Throws `transport_changed`. */
export async function claimedLayout(
  board: Pick<ShareBoard, 'claimLayout'>,
  own: Pick<SideStore, 'epoch'>,
  config: Pick<Config, 'transport'>,
): Promise<StoredLayout> {
  const wanted = layoutOf(config);
  // One that ran before layouts were stored was embedded if it has progress of its own.
  const ran = wanted.partitions > 0 && (await own.epoch()) > 0;
  return asWanted(await board.claimLayout(ran ? embedded : wanted), wanted);
}

const embedded: Layout = { partitions: 0, format: 'isthmus' };

function layoutOf({ transport: { kind, partitions, format } }: Pick<Config, 'transport'>): Layout {
  return kind === 'embedded' ? embedded : { partitions, format };
}

function asWanted(stored: StoredLayout, wanted: Layout): StoredLayout {
  if (stored.partitions === wanted.partitions && stored.format === wanted.format) return stored;
  throw new IsthmusError('transport_changed', {
    message: `This sync has run with ${shown(stored)}, and is configured for ${shown(wanted)}: it would miss what was committed meanwhile.`,
  });
}

function shown({ partitions, format }: Layout): string {
  return partitions === 0
    ? 'the embedded transport'
    : `Kafka, ${partitions} partitions and SQL’s log as ${format} reads it`;
}
