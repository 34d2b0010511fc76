/**
 * A sync's progress is stored under its own name, or under those of its shares: read by others it would look like none, and what
 * was committed meanwhile would be missed. So the first process says how it is divided, and the others keep to that.
 */
import { IsthmusError } from '../../base/errors.js';
import type { Config } from '../../config/schema.js';
import type { ShareBoard } from '../../ports/share-board.js';
import type { SideStore } from '../../ports/side-store.js';

/** `own`: a side's store under the sync's own name. Throws `transport_changed`. */
export async function keepLayout(
  board: Pick<ShareBoard, 'claimLayout'>,
  own: Pick<SideStore, 'epoch'>,
  { transport }: Pick<Config, 'transport'>,
): Promise<void> {
  const wanted = transport.kind === 'kafka' ? transport.partitions : 0;
  // One that ran before layouts were stored was embedded if it has progress of its own.
  const ran = wanted > 0 && (await own.epoch()) > 0;
  const { partitions } = await board.claimLayout({ partitions: ran ? 0 : wanted });
  if (partitions === wanted) return;
  const was = partitions === 0 ? 'the embedded transport' : `Kafka and ${partitions} partitions`;
  const is = wanted === 0 ? 'the embedded transport' : `Kafka and ${wanted} partitions`;
  throw new IsthmusError('transport_changed', {
    message: `This sync has run with ${was}, and is configured for ${is}: it would miss what was committed meanwhile.`,
  });
}
