/** The rollback level: what was found, what was done, and the approval that it may wait for. */
import { useState } from 'preact/hooks';
import { request } from '../../api/request.js';
import type { PhaseShape } from '../../api/shapes.js';
import { notify } from '../../state/notices.js';
import { signature } from '../../state/session.js';
import { Confirm } from '../../ui/dialog.js';
import { Panel, Time } from '../../ui/parts.js';
import { share } from '../../view/format.js';

const levels: readonly (readonly [number, string, string])[] = [
  [0, 'All well', 'Nothing differs.'],
  [1, 'Logged', 'Divergence below 0.1 %: the sync goes on.'],
  [2, 'Watched closely', '0.1 to 1 %: compared more often, divergent records wait for review.'],
  [3, 'Paused for repair', 'Above 1 %: paused, compared in full and repaired, resumed after approval.'],
  [4, 'Single source', 'The sync is broken: one side alone, restart phase by phase.'],
];

export function Levels({ phase: { rollback }, onDone }: { phase: PhaseShape; onDone: () => void }) {
  const [asking, setAsking] = useState(false);
  const { level, since, reason, divergenceRate, needsApproval } = rollback;
  return (
    <Panel
      title="Rollback level"
      actions={
        needsApproval ? (
          <button type="button" class="button primary" onClick={() => setAsking(true)}>
            Approve and resume…
          </button>
        ) : undefined
      }
    >
      <ol class="levels">
        {levels.map(([number, name, text]) => (
          <li
            key={number}
            class={number === level ? `present level-${number}` : ''}
            {...(number === level ? { 'aria-current': 'true' as const } : {})}
          >
            <strong>
              {number} {name}
              {number === level && <span class="hidden-text"> (now)</span>}
            </strong>
            <span>{text}</span>
          </li>
        ))}
      </ol>
      {(reason !== null || since !== null) && (
        <p>
          {reason !== null && <>{reason} </>}
          {since !== null && (
            <span class="soft">
              Since <Time at={since} />.
            </span>
          )}
          {divergenceRate !== null && <span class="soft"> Divergence {share(divergenceRate)}.</span>}
        </p>
      )}
      {asking && (
        <Confirm
          title="Approve and resume?"
          confirm="Approve"
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await request('/api/phase', { method: 'POST', body: { action: 'approve', by: signature() } });
            notify('Approved.');
            onDone();
          }}
        >
          <p>The sync goes on. Look at the last comparison first: what it repaired and what is still different.</p>
        </Confirm>
      )}
    </Panel>
  );
}
