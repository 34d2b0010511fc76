/** Comparisons of both sides: the list with a way to start one, or one of them. */
import { useState } from 'preact/hooks';
import { request } from '../../api/request.js';
import type { Comparison } from '../../api/shapes.js';
import { notify } from '../../state/notices.js';
import { useResource } from '../../state/resource.js';
import { go, href } from '../../state/route.js';
import { signature } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { status } from '../../state/sync-state.js';
import { useAction } from '../../ui/dialog.js';
import { PageHead, Panel, Progress, Select, Time } from '../../ui/parts.js';
import { Empty, ErrorNote, Loaded } from '../../ui/states.js';
import { count, share, words } from '../../view/format.js';
import { ComparisonDetail } from './comparison-detail.js';
import { ComparisonState, isOpen } from './comparison-state.js';
import { useProgress } from './use-progress.js';

export function Comparisons({ id }: { id: string | null }) {
  return id === null ? <ComparisonList /> : <ComparisonDetail key={id} id={id} />;
}

function ComparisonList() {
  const resource = useResource<{ comparisons: readonly Comparison[] }>('/api/comparisons?limit=50', ['comparison']);
  const all = resource.data?.comparisons ?? [];
  useProgress(all.some(isOpen), resource.reload);
  return (
    <>
      <PageHead
        title="Comparisons"
        note="Both sides, record by record. Changes in flight do not count: what differs is looked at again."
      />
      <Start onStarted={resource.reload} disabled={resource.data === null} />
      <Panel flush>
        <Loaded resource={resource} what="comparisons">
          {({ comparisons }) => <List comparisons={comparisons} />}
        </Loaded>
      </Panel>
    </>
  );
}

const samples = [
  ['1', 'Every record'],
  ['0.1', 'A tenth'],
  ['0.01', 'One in a hundred'],
] as const;

function Start({ onStarted, disabled }: { onStarted: () => void; disabled: boolean }) {
  const entities = useStore(status, (now) => now?.entities ?? null);
  const [table, setTable] = useState('');
  const [sample, setSample] = useState('1');
  const { busy, error, run } = useAction();
  const start = (): Promise<void> =>
    run(async () => {
      const body = { sample: Number(sample), by: signature(), ...(table === '' ? {} : { entities: [table] }) };
      const started = await request<Comparison>('/api/comparisons', { method: 'POST', body });
      notify('The comparison has started.');
      onStarted();
      go(href('comparisons', started.id));
    });
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <Select
        label="Table"
        value={table}
        options={[['', 'All tables'], ...(entities ?? []).map((one) => [one.table, one.table] as const)]}
        onChange={setTable}
      />
      <Select label="Sample" value={sample} options={samples} onChange={setSample} />
      <button type="submit" class="button primary" disabled={busy || disabled}>
        Compare now
      </button>
      {error !== null && <ErrorNote error={error} />}
    </form>
  );
}

function List({ comparisons }: { comparisons: readonly Comparison[] }) {
  if (comparisons.length === 0)
    return (
      <Empty title="Nothing was compared yet">
        Start a comparison above; a daily one runs by itself unless it is switched off.
      </Empty>
    );
  return (
    <table class="cards">
      <thead>
        <tr>
          <th scope="col">Comparison</th>
          <th scope="col">State</th>
          <th scope="col" class="n">
            Compared
          </th>
          <th scope="col" class="n">
            Different
          </th>
          <th scope="col" class="n">
            Repaired
          </th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {comparisons.map((one) => (
          <tr key={one.id}>
            <th scope="row">
              <a class="row-link" href={href('comparisons', one.id)}>
                {one.startedAt === null ? 'Queued' : <Time at={one.startedAt} />}
              </a>
            </th>
            <td data-label="State">
              {isOpen(one) ? (
                <span class="load">
                  <Progress value={one.compared} of={one.total} label="Comparison" />
                  <span class="soft">
                    {one.total > 0 ? share(Math.floor((one.compared / one.total) * 1000) / 1000) : one.state}
                  </span>
                </span>
              ) : (
                <ComparisonState comparison={one} />
              )}
            </td>
            <td data-label="Compared" class="n">
              {count(one.compared)}
            </td>
            <td data-label="Different" class="n">
              {count(one.different)}
            </td>
            <td data-label="Repaired" class="n">
              {count(one.repaired)}
            </td>
            <td data-label="Why">
              {words(one.reason)}
              {one.sample < 1 && <small class="soft"> {share(one.sample)} sample</small>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
