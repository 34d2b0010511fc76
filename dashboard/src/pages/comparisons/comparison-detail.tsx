/** One comparison: progress, what differs, and the repair. */

import { useState } from 'preact/hooks';
import { request } from '../../api/request.js';
import type { Comparison, Difference } from '../../api/shapes.js';
import { useResource } from '../../state/resource.js';
import { href } from '../../state/route.js';
import { useSideNames } from '../../state/side-names.js';
import { useAction } from '../../ui/dialog.js';
import { Icon } from '../../ui/icon.js';
import { Badge, PageHead, Panel, Progress, Time, type Tone } from '../../ui/parts.js';
import { Empty, ErrorNote, Loaded } from '../../ui/states.js';
import { count, duration, plural, share, words } from '../../view/format.js';
import type { SideNames } from '../../view/sides.js';
import { keyText } from '../../view/value.js';
import { ComparisonState, isOpen } from './comparison-state.js';
import { Repair } from './repair-dialog.js';
import { useProgress } from './use-progress.js';

export function ComparisonDetail({ id }: { id: string }) {
  const path = `/api/comparisons/${encodeURIComponent(id)}`;
  const resource = useResource<Comparison>(`${path}?limit=100`, ['comparison', 'conflict']);
  const { data } = resource;
  useProgress(data !== null && isOpen(data), resource.reload);
  return (
    <>
      <p class="crumb">
        <a href={href('comparisons')}>
          <Icon name="back" size={14} /> Comparisons
        </a>
      </p>
      <Loaded resource={resource} what="the comparison">
        {(comparison) => <Shown comparison={comparison} path={path} onRepair={resource.reload} />}
      </Loaded>
    </>
  );
}

function Shown({ comparison, path, onRepair }: { comparison: Comparison; path: string; onRepair: () => void }) {
  const { startedAt, reason, by, different, state, error, dryRun, repair } = comparison;
  return (
    <>
      <PageHead
        title={<>Comparison {startedAt !== null && <Time at={startedAt} />}</>}
        note={`${words(reason)}${by === undefined ? '' : ` by ${by}`}${dryRun ? ', dry run' : ''}${repair === null ? '' : `, repair by ${repair}`}`}
      >
        {state === 'done' && different > comparison.repaired && (
          <Repair comparison={comparison} path={path} onDone={onRepair} />
        )}
        {isOpen(comparison) && <Cancel path={path} onDone={onRepair} />}
      </PageHead>
      {state === 'failed' && <ErrorNote error={new Error(errorText(error))} />}
      <Panel>
        <Summary comparison={comparison} />
      </Panel>
      <Tables comparison={comparison} />
      {!isOpen(comparison) || different > 0 ? (
        <Differences key={comparison.finishedAt} comparison={comparison} path={path} />
      ) : null}
    </>
  );
}

/** What it found so far stays. */
function Cancel({ path, onDone }: { path: string; onDone: () => void }) {
  const { busy, error, run } = useAction();
  return (
    <>
      {error !== null && <ErrorNote error={error} />}
      <button
        type="button"
        class="button"
        disabled={busy}
        onClick={() =>
          void run(async () => {
            await request(`${path}/cancel`, { method: 'POST', body: {} });
            onDone();
          })
        }
      >
        Cancel
      </button>
    </>
  );
}

function errorText(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : 'The comparison failed.';
}

function Summary({ comparison }: { comparison: Comparison }) {
  const { compared, total, different, missing, repaired, sample, startedAt, finishedAt } = comparison;
  const { waiting = 0, unsettled = 0 } = comparison;
  const names = useSideNames();
  const took = startedAt !== null && finishedAt !== null ? Date.parse(finishedAt) - Date.parse(startedAt) : null;
  return (
    <>
      {isOpen(comparison) && <Progress value={compared} of={total} label="Comparison" />}
      <dl class="facts wide">
        <Fact name="State">
          <ComparisonState comparison={comparison} />
        </Fact>
        <Fact name="Compared">
          {count(compared)}
          {total > compared ? ` of ${count(total)}` : ''}
        </Fact>
        <Fact name="Different">{count(different)}</Fact>
        <Fact name={`Missing in ${names.sql}`}>{count(missing.sql)}</Fact>
        <Fact name={`Missing in ${names.mongodb}`}>{count(missing.mongodb)}</Fact>
        <Fact name="Repaired">{count(repaired)}</Fact>
        <Fact name="Divergence">{compared === 0 ? '–' : share(different / compared)}</Fact>
        <Fact name="Sample">{sample >= 1 ? 'every record' : share(sample)}</Fact>
        {waiting > 0 && <Fact name="Wait already, not counted">{count(waiting)}</Fact>}
        {unsettled > 0 && <Fact name="Moved all the time, not counted">{count(unsettled)}</Fact>}
        {took !== null && <Fact name="Took">{duration(took)}</Fact>}
      </dl>
    </>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Tables({ comparison: { tables } }: { comparison: Comparison }) {
  const all = Object.entries(tables);
  if (all.length === 0) return null;
  return (
    <Panel title="By table" flush>
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">Table</th>
            <th scope="col" class="n">
              Compared
            </th>
            <th scope="col" class="n">
              Different
            </th>
            <th scope="col" class="n">
              Repaired
            </th>
          </tr>
        </thead>
        <tbody>
          {all.map(([table, { compared, different, repaired }]) => (
            <tr key={table}>
              <th scope="row">{table}</th>
              <td data-label="Compared" class="n">
                {count(compared)}
              </td>
              <td data-label="Different" class="n">
                {count(different)}
              </td>
              <td data-label="Repaired" class="n">
                {count(repaired)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function kindText(kind: Difference['kind'], { sql, mongodb }: SideNames): string {
  return { missing_sql: `missing in ${sql}`, missing_mongodb: `missing in ${mongodb}`, different: 'different' }[kind];
}

const states: Readonly<Record<Difference['state'], readonly [Tone, string]>> = {
  open: ['bad', 'open'],
  repaired: ['good', 'repaired'],
  moved: ['neutral', 'moved'],
  refused: ['bad', 'refused'],
  pending: ['warn', 'waits'],
};

function Differences({ comparison, path }: { comparison: Comparison; path: string }) {
  const [more, setMore] = useState<readonly Comparison[]>([]);
  const { busy, error, run } = useAction();
  const names = useSideNames();
  const all = [comparison, ...more].flatMap(({ differences }) => differences ?? []);
  const cursor = (more.at(-1) ?? comparison).cursor ?? null;
  return (
    <Panel title="Differences" flush>
      {all.length === 0 ? (
        <Empty title="No differences">Both sides hold the same.</Empty>
      ) : (
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">Record</th>
              <th scope="col">Table</th>
              <th scope="col">Kind</th>
              <th scope="col">Fields</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <tr key={`${one.table} ${keyText(one.key)}`}>
                <th scope="row" class="mono">
                  {keyText(one.key)}
                </th>
                <td data-label="Table">{one.table}</td>
                <td data-label="Kind">{kindText(one.kind, names)}</td>
                <td data-label="Fields">{one.fields.length === 0 ? '–' : one.fields.join(', ')}</td>
                <td data-label="State">
                  <Badge tone={states[one.state]?.[0] ?? 'neutral'}>{states[one.state]?.[1] ?? one.state}</Badge>
                  {one.reason !== null && one.reason !== undefined && <small class="soft">{one.reason}</small>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {error !== null && <ErrorNote error={error} />}
      {cursor !== null && (
        <footer class="panel-foot">
          <button
            type="button"
            class="button"
            disabled={busy}
            onClick={() =>
              void run(async () => {
                const next = await request<Comparison>(`${path}?limit=100&cursor=${encodeURIComponent(cursor)}`);
                setMore((pages) => [...pages, next]);
              })
            }
          >
            Show more of {plural(comparison.different, 'difference')}
          </button>
        </footer>
      )}
    </Panel>
  );
}
