/** The synced tables, and how far the load of each is. */
import type { EntityStatus, Status } from '../../api/shapes.js';
import { useStore } from '../../state/store.js';
import { numbers } from '../../state/sync-state.js';
import { Badge, Panel, Progress } from '../../ui/parts.js';
import { Empty } from '../../ui/states.js';
import { count, plural, share } from '../../view/format.js';

export function Tables({ status: { entities } }: { status: Status }) {
  const conflicts = useStore(numbers, (now) => now?.conflicts.byTable ?? null);
  return (
    <Panel title="Tables" actions={<span class="soft">{plural(entities.length, 'table')}</span>} flush>
      {entities.length === 0 ? (
        <Empty title="No table is synced">Name tables under entities in the configuration.</Empty>
      ) : (
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">Table</th>
              <th scope="col">Collection</th>
              <th scope="col">State</th>
              <th scope="col" class="n">
                Loaded rows
              </th>
              <th scope="col" class="n">
                Conflicts ever
              </th>
            </tr>
          </thead>
          <tbody>
            {entities.map((entity) => (
              <tr key={entity.table}>
                <th scope="row">{entity.table}</th>
                <td>{entity.collection}</td>
                <td data-label="State">
                  <LoadState entity={entity} />
                </td>
                <td data-label="Loaded rows" class="n">
                  {entity.load.state === 'none' ? '–' : count(entity.load.rows)}
                </td>
                <td data-label="Conflicts ever" class="n">
                  {conflicts === null ? '–' : count(conflicts[entity.table] ?? 0)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function LoadState({ entity: { table, load, stopped } }: { entity: EntityStatus }) {
  if (stopped !== null)
    return (
      <span title={stopped}>
        <Badge tone="bad" icon="cross">
          stopped
        </Badge>
        <small class="soft">{stopped}</small>
      </span>
    );
  if (load.state !== 'open')
    return <Badge tone="good">{load.state === 'done' ? 'loaded, following' : 'following'}</Badge>;
  const part = load.total > 0 ? Math.min(1, load.rows / load.total) : 0;
  return (
    <span class="load">
      <Progress value={load.rows} of={load.total} label={`Load of ${table}`} />
      <span class="soft">{load.total > 0 ? share(Math.floor(part * 1000) / 1000) : 'loading'}</span>
    </span>
  );
}
