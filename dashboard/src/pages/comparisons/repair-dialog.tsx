/** Repairs what a comparison has found: first what would be done, then, confirmed, the writing. */
import { useState } from 'preact/hooks';
import { request } from '../../api/request.js';
import type { Comparison, RepairChoice } from '../../api/shapes.js';
import { notify } from '../../state/notices.js';
import { signature } from '../../state/session.js';
import { useSideNames } from '../../state/side-names.js';
import { Confirm } from '../../ui/dialog.js';
import { plural } from '../../view/format.js';
import { repairPlan } from './repair-plan.js';

export function Repair({ comparison, path, onDone }: { comparison: Comparison; path: string; onDone: () => void }) {
  const [open, setOpen] = useState(false);
  const [use, setUse] = useState<RepairChoice>('sql');
  const [agreed, setAgreed] = useState(false);
  const names = useSideNames();
  const choices: readonly (readonly [RepairChoice, string])[] = [
    ['sql', `${names.sql} is right: ${names.mongodb} is changed`],
    ['mongodb', `${names.mongodb} is right: ${names.sql} is changed`],
    ['policy', 'Each table’s policy decides, as in a conflict'],
  ];
  const close = (): void => {
    setOpen(false);
    setAgreed(false);
  };
  return (
    <>
      <button type="button" class="button primary" onClick={() => setOpen(true)}>
        Repair…
      </button>
      {open && (
        <Confirm
          title="Repair the differences?"
          confirm="Repair"
          danger
          ready={agreed}
          onClose={close}
          onConfirm={async () => {
            await request(`${path}/repair`, { method: 'POST', body: { use, by: signature() } });
            notify('The differences are being repaired.');
            onDone();
          }}
        >
          <fieldset class="choices">
            <legend>What shall stand on both sides</legend>
            {choices.map(([one, text]) => (
              <label key={one}>
                <input
                  type="radio"
                  name="repair-use"
                  value={one}
                  checked={use === one}
                  onChange={() => {
                    setUse(one);
                    setAgreed(false);
                  }}
                />{' '}
                {text}
              </label>
            ))}
          </fieldset>
          <p>
            <strong>Dry run:</strong> what would be done with{' '}
            {plural(comparison.different - comparison.repaired, 'difference')}
          </p>
          <ul>
            {repairPlan(comparison, use, names).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p class="soft">
            Each record is looked at again first: what has changed since the comparison is left alone. What is
            overwritten stays in the record of conflicts.
          </p>
          <label>
            <input type="checkbox" checked={agreed} onChange={(event) => setAgreed(event.currentTarget.checked)} /> I
            have read what will be written
          </label>
        </Confirm>
      )}
    </>
  );
}
