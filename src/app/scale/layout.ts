/**
 * A sync's progress is stored under its own name, or under those of its shares: read by others it would look like none, and what
 * was committed meanwhile would be missed. So the first process says how it is divided, and the others keep to that.
 */
import { IsthmusError } from '../../base/errors.js';
import type { Config } from '../../config/schema.js';
import type { Layout, ShareBoard } from '../../ports/share-board.js';
import type { SideStore } from '../../ports/side-store.js';

/** `own`: a side's store under the sync's own name. Throws `transport_changed`. */
export async function keepLayout(
  board: Pick<ShareBoard, 'claimLayout'>,
  own: Pick<SideStore, 'epoch'>,
  { transport }: Pick<Config, 'transport'>,
): Promise<void> {
  const embedded: Layout = { partitions: 0, format: 'isthmus' };
  const { partitions, format } = transport;
  const wanted = transport.kind === 'embedded' ? embedded : { partitions, format };
  // One that ran before layouts were stored was embedded if it has progress of its own.
  const ran = wanted.partitions > 0 && (await own.epoch()) > 0;
  const stored = await board.claimLayout(ran ? embedded : wanted);
  if (stored.partitions === wanted.partitions && stored.format === wanted.format) return;
  throw new IsthmusError('transport_changed', {
    message: `This sync has run with ${shown(stored)}, and is configured for ${shown(wanted)}: it would miss what was committed meanwhile.`,
  });
}

function shown({ partitions, format }: Layout): string {
  return partitions === 0
    ? 'the embedded transport'
    : `Kafka, ${partitions} partitions and SQL’s log as ${format} reads it`;
}
