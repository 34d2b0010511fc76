/** Where the migration stands, what the next step needs, and the ways back. */

import { useEffect } from 'preact/hooks';
import type { PhaseShape } from '../../api/shapes.js';
import { useResource } from '../../state/resource.js';
import { useSideNames } from '../../state/side-names.js';
import { useStore } from '../../state/store.js';
import { status } from '../../state/sync-state.js';
import { Icon } from '../../ui/icon.js';
import { PageHead, Panel, SideName, Time } from '../../ui/parts.js';
import { Empty, Loaded } from '../../ui/states.js';
import { count, duration, share, words } from '../../view/format.js';
import { linkText, type SideNames } from '../../view/sides.js';
import { ComparedReads } from './compared-reads.js';
import { Levels } from './levels.js';
import { NextStep } from './next-step.js';
import { PhaseHistory } from './phase-history.js';
import { RollBack } from './roll-back.js';

const order = [
  'prepare',
  'snapshot',
  'replicate',
  'dual_read',
  'read_cutover',
  'bidirectional',
  'mongodb_primary',
  'retired',
];

const askAgainMs = 3000;

export function Phases() {
  const resource = useResource<PhaseShape>('/api/phase', ['phase', 'alert', 'comparison']);
  const { reload } = resource;
  const { sql, mongodb } = useSideNames();
  const phase = useStore(status, (now) => now?.phase ?? null);
  useEffect(reload, [phase]);
  // The evidence changes all the time.
  useEffect(() => {
    const timer = setInterval(reload, askAgainMs);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <>
      <PageHead title="Phases" note={`From ${sql} to ${mongodb}, step by step; each step can be taken back.`} />
      <Loaded resource={resource} what="the phases">
        {(data) => <Shown phase={data} reload={reload} />}
      </Loaded>
    </>
  );
}

function Shown({ phase, reload }: { phase: PhaseShape; reload: () => void }) {
  return (
    <>
      <Steps phase={phase.phase} />
      <Panel>
        <Facts phase={phase} />
      </Panel>
      {phase.lifecycle ? (
        <>
          <NextStep phase={phase} onDone={reload} />
          <RollBack phase={phase} onDone={reload} />
        </>
      ) : (
        <Panel title="Steps">
          <Empty title="Phases are off">
            The direction stands in the configuration. Set <code>lifecycle: true</code> to go through the phases of a
            migration with evidence for each step.
          </Empty>
        </Panel>
      )}
      <ComparedReads always={phase.phase === 'dual_read'} />
      <Levels phase={phase} onDone={reload} />
      <PassiveWrites writes={phase.passiveWrites} />
      <PhaseHistory history={phase.history} />
    </>
  );
}

function Steps({ phase }: { phase: string }) {
  const at = order.indexOf(phase);
  return (
    <ol class="steps" aria-label="Phases">
      {order.map((one, index) => (
        <li
          key={one}
          class={index < at ? 'past' : index === at ? 'present' : 'future'}
          {...(index === at ? { 'aria-current': 'step' as const } : {})}
        >
          <span class="step-sign" aria-hidden="true">
            {index < at ? <Icon name="check" size={13} /> : index + 1}
          </span>
          {words(one)}
          {index < at && <span class="hidden-text"> (done)</span>}
        </li>
      ))}
    </ol>
  );
}

function directionText(direction: string, names: SideNames): string {
  if (direction === 'both') return 'both ways';
  return direction === 'sql_to_mongodb' || direction === 'mongodb_to_sql' ? linkText(direction, names) : direction;
}

function Facts({ phase: { phase, share: part, since, direction, reads, compareEveryMs } }: { phase: PhaseShape }) {
  const names = useSideNames();
  return (
    <>
      <dl class="facts wide">
        <div>
          <dt>Phase</dt>
          <dd>{words(phase)}</dd>
        </div>
        <div>
          <dt>Since</dt>
          <dd>
            <Time at={since} />
          </dd>
        </div>
        <div>
          <dt>Changes cross</dt>
          <dd>{directionText(direction, names)}</dd>
        </div>
        {phase === 'dual_read' && part !== null && part !== undefined && (
          <div>
            <dt>Reads compared</dt>
            <dd>{share(part)}</dd>
          </div>
        )}
        <div>
          <dt>Records compared</dt>
          <dd>{compareEveryMs === null ? 'on demand' : `every ${duration(compareEveryMs)}`}</dd>
        </div>
      </dl>
      <div class="reads">
        <span>
          <SideName side="sql" /> serves {share(reads.sql)} of reads
        </span>
        <div class="split" aria-hidden="true">
          {reads.sql > 0 && <span class="split-sql" style={{ flexGrow: reads.sql }} />}
          {reads.mongodb > 0 && <span class="split-mongodb" style={{ flexGrow: reads.mongodb }} />}
        </div>
        <span>
          <SideName side="mongodb" /> {share(reads.mongodb)}
        </span>
      </div>
    </>
  );
}

function PassiveWrites({ writes }: { writes: PhaseShape['passiveWrites'] }) {
  const all = Object.entries(writes ?? {}).filter(([, number]) => number > 0);
  if (all.length === 0) return null;
  return (
    <div class="note warn">
      <Icon name="warn" />
      <p>
        <strong>Somebody writes to the side that is passive in this phase:</strong>{' '}
        {all.map(([table, number]) => `${table} (${count(number)})`).join(', ')}. Find the application; what happens to
        these writes is the policy’s business.
      </p>
    </div>
  );
}
