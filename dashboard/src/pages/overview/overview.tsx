/** Where the sync stands, at a glance. */
import { useState } from 'preact/hooks';
import { connection } from '../../api/live.js';
import { request } from '../../api/request.js';
import { linkNames, type Status } from '../../api/shapes.js';
import { notify } from '../../state/notices.js';
import { useStore } from '../../state/store.js';
import { status } from '../../state/sync-state.js';
import { Confirm, useAction } from '../../ui/dialog.js';
import { Icon } from '../../ui/icon.js';
import { PageHead } from '../../ui/parts.js';
import { Empty, Loading } from '../../ui/states.js';
import { AlertRules } from './alert-rules.js';
import { Charts } from './charts.js';
import { Figures } from './figures.js';
import { Forecast } from './forecast.js';
import { LinkCard } from './link-card.js';
import { Partitions } from './partitions.js';
import { Tables } from './tables.js';

export function Overview() {
  const now = useStore(status, (value) => value);
  const away = useStore(connection, ({ state }) => state === 'away');
  return (
    <>
      <PageHead title="Overview" note="Both directions, live">
        {now !== null && <PauseButton state={now.state} />}
      </PageHead>
      {now === null ? (
        away ? (
          <Empty title="The process does not answer">What it says is shown as soon as it is back.</Empty>
        ) : (
          <Loading what="the status" />
        )
      ) : (
        <>
          <Figures status={now} />
          <div class="pair">
            {linkNames.map((link) => (
              <LinkCard key={link} link={link} status={now.links[link]} />
            ))}
          </div>
          <Charts />
          <Tables status={now} />
          {now.transport && <Partitions transport={now.transport} />}
          <div class="pair">
            <AlertRules />
            <Forecast forecast={now.forecast} />
          </div>
        </>
      )}
    </>
  );
}

function PauseButton({ state }: { state: Status['state'] }) {
  const [asking, setAsking] = useState(false);
  const { busy, error, run } = useAction();
  if (state === 'paused')
    return (
      <>
        {error !== null && <span class="problem">{error instanceof Error ? error.message : String(error)}</span>}
        <button
          type="button"
          class="button primary"
          disabled={busy}
          onClick={() =>
            void run(async () => {
              status.set(await request<Status>('/api/resume', { method: 'POST', body: {} }));
              notify('The sync goes on.');
            })
          }
        >
          <Icon name="play" /> Resume
        </button>
      </>
    );
  if (state !== 'running' && state !== 'loading') return null;
  return (
    <>
      <button type="button" class="button" onClick={() => setAsking(true)}>
        <Icon name="pause" /> Pause
      </button>
      {asking && (
        <Confirm
          title="Pause the sync?"
          confirm="Pause"
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            status.set(await request<Status>('/api/pause', { method: 'POST', body: {} }));
            notify('The sync is paused.');
          }}
        >
          <p>
            Nothing is written to either side until somebody resumes. Both sides go on taking writes; their logs grow
            meanwhile, and the changes cross afterwards.
          </p>
        </Confirm>
      )}
    </>
  );
}
