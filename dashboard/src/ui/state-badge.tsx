/** The sync's state in a word. */
import type { Status } from '../api/shapes.js';
import { useStore } from '../state/store.js';
import { status } from '../state/sync-state.js';
import type { IconName } from './icon.js';
import { Badge, type Tone } from './parts.js';

const looks: Readonly<Record<Status['state'], readonly [Tone, IconName]>> = {
  starting: ['neutral', 'info'],
  idle: ['neutral', 'pause'],
  loading: ['accent', 'info'],
  running: ['good', 'check'],
  paused: ['warn', 'pause'],
  failed: ['bad', 'cross'],
  stopped: ['bad', 'cross'],
};

export function StateBadge() {
  const state = useStore(status, (now) => now?.state ?? null);
  if (state === null) return null;
  const [tone, icon] = looks[state] ?? ['neutral', 'info'];
  return (
    <span class="state-badge" role="status" aria-label={`The sync is ${state}`}>
      <Badge tone={tone} icon={icon}>
        {state}
      </Badge>
    </span>
  );
}
