/** The ways back: to an earlier phase, or to one side alone. */
import { useState } from 'preact/hooks';
import { request } from '../../api/request.js';
import type { PhaseShape, Side } from '../../api/shapes.js';
import { notify } from '../../state/notices.js';
import { signature } from '../../state/session.js';
import { useSideNames } from '../../state/side-names.js';
import { Confirm } from '../../ui/dialog.js';
import { Panel, Select } from '../../ui/parts.js';
import { words } from '../../view/format.js';

export function RollBack({ phase: { back, phase }, onDone }: { phase: PhaseShape; onDone: () => void }) {
  const [to, setTo] = useState('');
  const [asking, setAsking] = useState<'rollback' | 'source' | null>(null);
  const [side, setSide] = useState<Side>('sql');
  const [why, setWhy] = useState('');
  const names = useSideNames();
  const target = back.includes(to) ? to : (back.at(-1) ?? '');
  const act = async (): Promise<void> => {
    const what = asking === 'rollback' ? { action: 'rollback', to: target } : { action: 'source', side };
    await request('/api/phase', {
      method: 'POST',
      body: { ...what, by: signature(), ...(why.trim() === '' ? {} : { why: why.trim() }) },
    });
    notify(asking === 'rollback' ? `Back in ${words(target)}.` : `${names[side]} is the only source now.`);
    setWhy('');
    onDone();
  };
  const reason = (
    <label class="field">
      <span>Why, for the record</span>
      <textarea rows={2} maxLength={500} value={why} onInput={(event) => setWhy(event.currentTarget.value)} />
    </label>
  );
  return (
    <Panel title="Back">
      <div class="filters inner">
        {back.length === 0 ? (
          <p class="soft">There is no earlier phase to go back to.</p>
        ) : (
          <>
            <Select
              label="Earlier phase"
              value={target}
              options={back.map((one) => [one, words(one)] as const)}
              onChange={setTo}
            />
            <button type="button" class="button" onClick={() => setAsking('rollback')}>
              Roll back…
            </button>
          </>
        )}
        <Select
          label="Single source"
          value={side}
          options={[
            ['sql', names.sql],
            ['mongodb', names.mongodb],
          ]}
          onChange={(next) => setSide(next === 'mongodb' ? 'mongodb' : 'sql')}
        />
        <button type="button" class="button" onClick={() => setAsking('source')}>
          Make it the only source…
        </button>
      </div>
      {asking === 'rollback' && (
        <Confirm
          title={`Roll back from ${words(phase)} to ${words(target)}?`}
          confirm="Roll back"
          danger
          onClose={() => setAsking(null)}
          onConfirm={act}
        >
          <p>
            Direction, shares of reads and the frequency of comparisons go back with it. Nothing that was written is
            lost.
          </p>
          {reason}
        </Confirm>
      )}
      {asking === 'source' && (
        <Confirm
          title={`Make ${names[side]} the only source?`}
          confirm={`${names[side]} alone`}
          danger
          onClose={() => setAsking(null)}
          onConfirm={act}
        >
          <p>Changes cross from {names[side]} only, and all reads go there. It is meant for when the sync is broken.</p>
          {reason}
        </Confirm>
      )}
    </Panel>
  );
}
