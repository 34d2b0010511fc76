/** Ancestor and both sides’ versions beside each other, field by field; what changed is marked in words and in the text itself. */
import { useState } from 'preact/hooks';
import type { Conflict } from '../../api/shapes.js';
import { useSideNames } from '../../state/side-names.js';
import { Panel, SideName } from '../../ui/parts.js';
import { plural } from '../../view/format.js';
import type { SideNames } from '../../view/sides.js';
import { same } from '../../view/value.js';
import { type Change, type FieldRow, fieldRows, type Version, versionsOf } from './fields.js';
import { ShownValue } from './shown-value.js';
import { useVersionNames } from './version-names.js';

function changeText(change: Change, names: SideNames): string {
  if (change === 'sql' || change === 'mongodb') return `changed in ${names[change]}`;
  return { none: 'equal', both: 'changed on both', agreed: 'changed alike on both' }[change];
}

const columns: readonly Version[] = ['base', 'sql', 'mongodb'];

/** `before`: an older state of the same conflict; what has moved since is marked. */
export function Versions({ conflict, before }: { conflict: Conflict; before: Conflict | null }) {
  const [all, setAll] = useState(false);
  const rows = fieldRows(conflict);
  const differing = rows.filter(({ change }) => change !== 'none');
  const equal = rows.length - differing.length;
  const shown = all || differing.length === 0 ? rows : differing;
  const decided = conflict.state !== 'pending' && conflict.resolution !== 'pending';
  return (
    <Panel
      title="Versions"
      actions={
        equal > 0 && differing.length > 0 ? (
          <button type="button" class="button quiet small" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? 'Hide' : 'Show'} {plural(equal, 'equal field')}
          </button>
        ) : undefined
      }
      flush
    >
      <table class={decided ? 'versions cards four' : 'versions cards'}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Ancestor</th>
            <th scope="col">
              <SideName side="sql" />
            </th>
            <th scope="col">
              <SideName side="mongodb" />
            </th>
            {decided && <th scope="col">Decided</th>}
          </tr>
        </thead>
        <tbody>
          <Absent conflict={conflict} decided={decided} />
          {shown.map((row) => (
            <Row key={row.field} row={row} conflict={conflict} moved={hasMoved(row, before)} decided={decided} />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function hasMoved({ field, values }: FieldRow, before: Conflict | null): boolean {
  if (before === null) return false;
  const old = versionsOf(before);
  return !same(old.sql?.[field], values.sql) || !same(old.mongodb?.[field], values.mongodb);
}

/** Says where there is no record at all. */
function Absent({ conflict, decided }: { conflict: Conflict; decided: boolean }) {
  const versions = versionsOf(conflict);
  const labels = useVersionNames();
  if (columns.every((version) => versions[version] !== null)) return null;
  const word = (version: Version): string =>
    versions[version] !== null ? 'present' : version === 'base' ? 'none: both inserted it' : 'deleted';
  return (
    <tr>
      <th scope="row">The record</th>
      {columns.map((version) => (
        <td key={version} data-label={labels[version]}>
          {versions[version] === null ? <em>{word(version)}</em> : <span class="soft">{word(version)}</span>}
        </td>
      ))}
      {decided && (
        <td data-label="Decided">
          {conflict.resolvedData === null ? <em>deleted</em> : <span class="soft">present</span>}
        </td>
      )}
    </tr>
  );
}

function Row({
  row: { field, column, values, change },
  conflict,
  moved,
  decided,
}: {
  row: FieldRow;
  conflict: Conflict;
  moved: boolean;
  decided: boolean;
}) {
  const versions = versionsOf(conflict);
  const names = useSideNames();
  const labels = useVersionNames();
  return (
    <tr class={change === 'both' ? 'clash' : ''}>
      <th scope="row">
        {field}
        <small class={change === 'both' ? 'clash-word' : 'soft'}>
          {versions.base === null && change === 'both' ? 'different' : changeText(change, names)}
        </small>
        {moved && <small class="moved-word">moved since</small>}
        {column !== null && <small class="soft type">{column.type}</small>}
      </th>
      {columns.map((version) => (
        <td key={version} data-label={labels[version]}>
          {versions[version] === null ? (
            <span class="soft">–</span>
          ) : (
            <ShownValue
              value={values[version]}
              from={version === 'base' || versions.base === null ? undefined : values.base}
            />
          )}
        </td>
      ))}
      {decided && (
        <td data-label="Decided">
          {conflict.resolvedData === null ? (
            <span class="soft">–</span>
          ) : (
            <ShownValue value={conflict.resolvedData[field]} from={undefined} />
          )}
        </td>
      )}
    </tr>
  );
}
