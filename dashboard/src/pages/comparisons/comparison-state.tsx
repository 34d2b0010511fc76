/** A comparison's state in words. */
import type { Comparison } from '../../api/shapes.js';
import { Badge } from '../../ui/parts.js';
import { plural } from '../../view/format.js';

export function isOpen({ state }: Comparison): boolean {
  return state === 'queued' || state === 'running';
}

export function ComparisonState({ comparison }: { comparison: Comparison }) {
  const { state, different, repaired } = comparison;
  if (state === 'queued') return <Badge tone="neutral">queued</Badge>;
  if (state === 'running') return <Badge tone="accent">running</Badge>;
  if (state === 'failed')
    return (
      <Badge tone="bad" icon="cross">
        failed
      </Badge>
    );
  if (different === 0)
    return (
      <Badge tone="good" icon="check">
        equal
      </Badge>
    );
  if (repaired >= different)
    return (
      <Badge tone="good" icon="check">
        repaired
      </Badge>
    );
  return (
    <Badge tone="bad" icon="warn">
      {plural(different - repaired, 'difference')}
    </Badge>
  );
}
