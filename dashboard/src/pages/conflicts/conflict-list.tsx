/** All conflicts, newest first; by default the ones that wait for a person. */
import { useEffect, useState } from 'preact/hooks';
import { request } from '../../api/request.js';
import type { Conflict, ConflictPage } from '../../api/shapes.js';
import { useResource } from '../../state/resource.js';
import { go, href } from '../../state/route.js';
import { useStore } from '../../state/store.js';
import { status } from '../../state/sync-state.js';
import { useAction } from '../../ui/dialog.js';
import { PageHead, Panel, Select, Time } from '../../ui/parts.js';
import { Empty, ErrorNote, Loaded } from '../../ui/states.js';
import { plural, words } from '../../view/format.js';
import { keyText } from '../../view/value.js';
import { BulkButton } from './bulk-dialog.js';
import { ConflictState, kindText } from './conflict-state.js';
import { fieldRows, versionsOf } from './fields.js';

const states = [
  ['pending', 'Waiting'],
  ['', 'All'],
  ['resolved', 'Resolved'],
  ['propagating', 'Being written'],
  ['superseded', 'Superseded'],
] as const;

const kinds = ['write_write', 'insert_insert', 'delete_update', 'type_mismatch', 'structural', 'unique_violation'];

interface Filter {
  readonly state: string;
  readonly table: string;
  readonly kind: string;
}

export function ConflictList({ query }: { query: Readonly<Record<string, string>> }) {
  const filter: Filter = {
    state: query['state'] === 'all' ? '' : (query['state'] ?? 'pending'),
    table: query['table'] ?? '',
    kind: query['kind'] ?? '',
  };
  const path = `/api/conflicts?${search(filter, null)}`;
  const page = useResource<ConflictPage>(path, ['conflict']);
  const pending = useStore(status, (now) => now?.conflicts.pending ?? null);
  // A conflict may close without an event of its own: both sides came to agree.
  useEffect(page.reload, [pending]);
  return (
    <>
      <PageHead
        title="Conflicts"
        note={
          pending === null
            ? undefined
            : pending === 0
              ? 'None waits for a person.'
              : `${plural(pending, 'conflict')} waiting for a person`
        }
      >
        <BulkButton filter={filter} pending={pending ?? 0} onDone={page.reload} />
      </PageHead>
      <Filters filter={filter} />
      <Panel flush>
        <Loaded resource={page} what="conflicts">
          {(data) => <Pages key={path} first={data} filter={filter} />}
        </Loaded>
      </Panel>
    </>
  );
}

function search({ state, table, kind }: Filter, cursor: string | null): string {
  const given = { state, table, kind, cursor: cursor ?? '', limit: '50' };
  return new URLSearchParams(Object.entries(given).filter(([, value]) => value !== '')).toString();
}

function Filters({ filter }: { filter: Filter }) {
  const entities = useStore(status, (now) => now?.entities ?? null);
  const set = (change: Partial<Filter>): void => {
    const { state, table, kind } = { ...filter, ...change };
    go(href('conflicts', null, { state: state === 'pending' ? '' : state === '' ? 'all' : state, table, kind }));
  };
  const tables = (entities ?? []).map(({ table }) => [table, table] as const);
  return (
    <search class="filters">
      <Select label="State" value={filter.state} options={states} onChange={(state) => set({ state })} />
      <Select
        label="Table"
        value={filter.table}
        options={[['', 'All tables'], ...tables]}
        onChange={(table) => set({ table })}
      />
      <Select
        label="Kind"
        value={filter.kind}
        options={[['', 'All kinds'], ...kinds.map((kind) => [kind, words(kind)] as const)]}
        onChange={(kind) => set({ kind })}
      />
    </search>
  );
}

/** The first page follows the live events; further ones are as they were when they were asked for. */
function Pages({ first, filter }: { first: ConflictPage; filter: Filter }) {
  const [more, setMore] = useState<readonly ConflictPage[]>([]);
  const { busy, error, run } = useAction();
  const cursor = (more.at(-1) ?? first).cursor;
  const shown = new Map(
    [first, ...more].flatMap(({ conflicts }) => conflicts.map((one) => [one.conflictId, one] as const)),
  );
  if (shown.size === 0)
    return filter.state === 'pending' ? (
      <Empty title="No conflict waits for a person">
        Those that a policy decides are under <a href={href('conflicts', null, { state: 'all' })}>all conflicts</a>.
      </Empty>
    ) : (
      <Empty title="No conflict here">None was found with these filters.</Empty>
    );
  return (
    <>
      <Table conflicts={[...shown.values()]} />
      {error !== null && <ErrorNote error={error} />}
      {cursor !== null && (
        <footer class="panel-foot">
          <button
            type="button"
            class="button"
            disabled={busy}
            onClick={() =>
              void run(async () => {
                const next = await request<ConflictPage>(`/api/conflicts?${search(filter, cursor)}`);
                setMore((all) => [...all, next]);
              })
            }
          >
            Show older ones
          </button>
        </footer>
      )}
    </>
  );
}

function Table({ conflicts }: { conflicts: readonly Conflict[] }) {
  return (
    <table class="cards">
      <thead>
        <tr>
          <th scope="col">Conflict</th>
          <th scope="col">Table</th>
          <th scope="col">Record</th>
          <th scope="col">Differs in</th>
          <th scope="col">State</th>
          <th scope="col">Strategy</th>
          <th scope="col">Found</th>
        </tr>
      </thead>
      <tbody>
        {conflicts.map((conflict) => (
          <Row key={conflict.conflictId} conflict={conflict} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ conflict }: { conflict: Conflict }) {
  const { conflictId, kind, table, key, state, resolution, strategy, created_at, reason } = conflict;
  return (
    <tr>
      <th scope="row">
        <a class="row-link" href={href('conflicts', conflictId)}>
          {kindText(kind)}
        </a>
      </th>
      <td data-label="Table">{table}</td>
      <td data-label="Record" class="mono">
        {keyText(key)}
      </td>
      <td data-label="Differs in">{differingFields(conflict)}</td>
      <td data-label="State">
        <ConflictState state={state} resolution={resolution} />
      </td>
      <td data-label="Strategy" {...(reason === null ? {} : { title: reason })}>
        {words(strategy)}
      </td>
      <td data-label="Found">
        <Time at={created_at} />
      </td>
    </tr>
  );
}

const mostNamed = 3;

/** Names of fields only, the first few. */
function differingFields(conflict: Conflict): string {
  const { sql, mongodb } = versionsOf(conflict);
  if (sql === null || mongodb === null) return 'the whole record';
  const fields = fieldRows(conflict)
    .filter(({ change }) => change === 'both')
    .map(({ field }) => field);
  const more = fields.length > mostNamed ? ` and ${fields.length - mostNamed} more` : '';
  return fields.length === 0 ? '–' : fields.slice(0, mostNamed).join(', ') + more;
}
