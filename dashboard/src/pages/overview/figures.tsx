/** The numbers that say whether all is well. */
import type { ComponentChildren } from 'preact';
import type { Status } from '../../api/shapes.js';
import { href } from '../../state/route.js';
import { useStore } from '../../state/store.js';
import { numbers } from '../../state/sync-state.js';
import { duration, share, shortCount, words } from '../../view/format.js';

export function Figures({ status: { phase, rollbackLevel, conflicts, deadLetters, clockSkewMs } }: { status: Status }) {
  const known = useStore(numbers, (now) => now);
  const divergence = known?.divergenceRate;
  return (
    <dl class="figures">
      <Figure name="Phase" to={href('phases')}>
        <span class="word">{words(phase)}</span>
      </Figure>
      <Figure name="Rollback level" to={href('phases')} alarming={rollbackLevel >= 2}>
        {rollbackLevel}
        <small>{levelWords[rollbackLevel] ?? ''}</small>
      </Figure>
      <Figure name="Conflicts waiting" to={href('conflicts')} alarming={conflicts.pending > 0}>
        {shortCount(conflicts.pending)}
        <small>of {shortCount(conflicts.total)} ever</small>
      </Figure>
      <Figure name="Dead letters" to={href('dead-letters')} alarming={deadLetters > 0}>
        {shortCount(deadLetters)}
      </Figure>
      {known !== null && (
        <>
          <Figure name="Conflict rate">{share(known.conflictRate)}</Figure>
          <Figure name="Decided by policy">{share(known.autoResolutionRate)}</Figure>
          <Figure name="Failed writes">{share(known.errorRate)}</Figure>
          {divergence !== undefined && (
            <Figure name="Divergence" to={href('comparisons')}>
              {divergence === null ? <span class="word soft">not compared yet</span> : share(divergence)}
            </Figure>
          )}
        </>
      )}
      <Figure name="Clocks apart">{duration(Math.abs(clockSkewMs))}</Figure>
    </dl>
  );
}

const levelWords: readonly string[] = ['all well', 'logged', 'watched closely', 'paused for repair', 'single source'];

function Figure({
  name,
  to,
  alarming = false,
  children,
}: {
  name: string;
  to?: string;
  alarming?: boolean;
  children: ComponentChildren;
}) {
  return (
    <div class={alarming ? 'figure alarming' : 'figure'}>
      <dt>{to === undefined ? name : <a href={to}>{name}</a>}</dt>
      <dd>{children}</dd>
    </div>
  );
}
