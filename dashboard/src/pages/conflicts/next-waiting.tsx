/** A way from one conflict that waits to the next, so that a queue can be worked off. */
import type { ConflictPage } from '../../api/shapes.js';
import { useResource } from '../../state/resource.js';
import { href } from '../../state/route.js';
import { Icon } from '../../ui/icon.js';

export function NextWaiting({ after }: { after: string }) {
  const { data } = useResource<ConflictPage>('/api/conflicts?state=pending&limit=10', ['conflict']);
  const all = data?.conflicts ?? [];
  const at = all.findIndex(({ conflictId }) => conflictId === after);
  const others = all.filter(({ conflictId }) => conflictId !== after);
  const next = at >= 0 && at + 1 < all.length ? all[at + 1] : others[0];
  if (next === undefined) return null;
  return (
    <a class="button" href={href('conflicts', next.conflictId)}>
      Next that waits <Icon name="arrow" size={14} />
    </a>
  );
}
