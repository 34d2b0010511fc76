/** The same answer to all conflicts that wait, of what the filters show. */
import { useState } from 'preact/hooks';
import { request } from '../../api/request.js';
import type { DecisionCounts } from '../../api/shapes.js';
import { notify } from '../../state/notices.js';
import { signature } from '../../state/session.js';
import { useSideNames } from '../../state/side-names.js';
import { Confirm } from '../../ui/dialog.js';
import { plural, words } from '../../view/format.js';
import { versionOn } from '../../view/sides.js';

interface Props {
  readonly filter: { readonly state: string; readonly table: string; readonly kind: string };
  readonly pending: number;
  readonly onDone: () => void;
}

type Use = 'sql' | 'mongodb' | 'base';

export function BulkButton({ filter, pending, onDone }: Props) {
  const [open, setOpen] = useState(false);
  const [use, setUse] = useState<Use>('sql');
  const { sql, mongodb } = useSideNames();
  if (pending === 0) return null;
  const choices: readonly (readonly [Use, string])[] = [
    ['sql', versionOn(sql)],
    ['mongodb', versionOn(mongodb)],
    ['base', 'The ancestor: both changes are given up'],
  ];
  const { table, kind } = filter;
  const which = [
    kind === '' ? 'all conflicts' : `all “${words(kind)}” conflicts`,
    table === '' ? 'of every table' : `of ${table}`,
  ];
  const decide = async (): Promise<void> => {
    const body = { use, by: signature(), ...(table === '' ? {} : { table }), ...(kind === '' ? {} : { kind }) };
    const counts = await request<DecisionCounts>('/api/conflicts/resolution', { method: 'POST', body });
    notify(told(counts), counts.refused + counts.unknown > 0 ? 'bad' : 'good');
    onDone();
  };
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        Resolve all…
      </button>
      {open && (
        <Confirm
          title="Resolve all that wait?"
          confirm="Write to both sides"
          danger
          onConfirm={decide}
          onClose={() => setOpen(false)}
        >
          <p>
            This gives {which.join(' ')} that wait for a person the same answer ({plural(pending, 'conflict')} in all
            tables now). Each is decided as it stands at that moment; both versions stay in the record.
          </p>
          <fieldset class="choices">
            <legend>What shall stand on both sides</legend>
            {choices.map(([one, text]) => (
              <label key={one}>
                <input type="radio" name="bulk-use" checked={use === one} onChange={() => setUse(one)} /> {text}
              </label>
            ))}
          </fieldset>
        </Confirm>
      )}
    </>
  );
}

function told({ decided, moved, refused, unknown }: DecisionCounts): string {
  const parts = [`${plural(decided, 'conflict')} resolved`];
  if (moved > 0) parts.push(`${moved} moved in between and wait again`);
  if (refused > 0) parts.push(`${refused} cannot be written that way`);
  if (unknown > 0) parts.push(`${unknown} not known in time`);
  return `${parts.join(', ')}.`;
}
