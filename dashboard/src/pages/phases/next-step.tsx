/** The step forward: its evidence as a checklist, the step itself, and why it was refused. */
import { useState } from 'preact/hooks';
import { ApiError, request } from '../../api/request.js';
import type { PhaseCheck, PhaseShape } from '../../api/shapes.js';
import { notify } from '../../state/notices.js';
import { signature } from '../../state/session.js';
import { Confirm, useAction } from '../../ui/dialog.js';
import { Icon } from '../../ui/icon.js';
import { Panel } from '../../ui/parts.js';
import { Empty, ErrorNote } from '../../ui/states.js';
import { measured, plural, share, title, words } from '../../view/format.js';

export function NextStep({ phase: { next }, onDone }: { phase: PhaseShape; onDone: () => void }) {
  const [asking, setAsking] = useState<'advance' | 'force' | null>(null);
  const [why, setWhy] = useState('');
  const { busy, error, run } = useAction();
  if (next === null)
    return (
      <Panel title="Next step">
        <Empty title="This was the last step">The migration is over.</Empty>
      </Panel>
    );
  const missing = next.checks.filter(({ ok }) => !ok);
  const target = `${words(next.phase)}${next.share === null || next.share === undefined ? '' : ` with ${share(next.share)} of reads`}`;
  const advance = async (force: boolean): Promise<void> => {
    const body = {
      action: 'advance',
      to: next.phase,
      by: signature(),
      ...(next.share === null || next.share === undefined ? {} : { share: next.share }),
      ...(force ? { force: true, why: why.trim() } : {}),
    };
    try {
      await request('/api/phase', { method: 'POST', body });
    } finally {
      onDone();
    }
    setWhy('');
    notify(`The phase is now ${target}.`);
  };
  return (
    <Panel
      title={`Next step: ${target}`}
      actions={
        <div class="panel-actions">
          {missing.length > 0 && (
            <button type="button" class="button" onClick={() => setAsking('force')}>
              Force…
            </button>
          )}
          <button
            type="button"
            class={missing.length === 0 ? 'button primary' : 'button'}
            disabled={busy}
            onClick={() => (missing.length === 0 ? setAsking('advance') : void run(() => advance(false)))}
          >
            Advance
          </button>
        </div>
      }
    >
      {error !== null && <Refusal error={error} checks={missing} />}
      <ul class="checks">
        {next.checks.map((check) => (
          <Check key={check.name} check={check} />
        ))}
      </ul>
      {next.checks.length === 0 && <p class="soft">This step needs no evidence.</p>}
      {asking === 'advance' && (
        <Confirm
          title={`Advance to ${target}?`}
          confirm="Advance"
          onClose={() => setAsking(null)}
          onConfirm={() => advance(false)}
        >
          <p>All evidence for this step is there. It can be taken back.</p>
        </Confirm>
      )}
      {asking === 'force' && (
        <Confirm
          title={`Force ${target}?`}
          confirm="Force the step"
          danger
          ready={why.trim() !== ''}
          onClose={() => setAsking(null)}
          onConfirm={() => advance(true)}
        >
          <p>
            {plural(missing.length, 'check is', 'checks are')} not met. That the step was forced, by whom and why is
            recorded.
          </p>
          <label class="field">
            <span>Why</span>
            <textarea
              rows={3}
              maxLength={500}
              required
              value={why}
              onInput={(event) => setWhy(event.currentTarget.value)}
            />
          </label>
        </Confirm>
      )}
    </Panel>
  );
}

function Refusal({ error, checks }: { error: unknown; checks: readonly PhaseCheck[] }) {
  if (!(error instanceof ApiError) || error.code !== 'phase_refused') return <ErrorNote error={error} />;
  return (
    <div class="note bad" role="alert">
      <Icon name="warn" />
      <div>
        <p>
          <strong>The step was refused.</strong> {error.message}
        </p>
        {checks.length > 0 && <p>Missing: {checks.map(({ name }) => title(name).toLowerCase()).join(', ')}.</p>}
        <p class="soft">{error.remedy}</p>
      </div>
    </div>
  );
}

function Check({ check: { name, ok, present, required, why } }: { check: PhaseCheck }) {
  return (
    <li class={ok ? 'met' : 'unmet'}>
      <span class="check-sign">
        <Icon name={ok ? 'check' : 'cross'} />
        <span class="hidden-text">{ok ? 'met' : 'not met'}: </span>
      </span>
      <div>
        <strong>{title(name)}</strong>
        <p class="soft">{why}</p>
      </div>
      <dl class="check-values">
        <div>
          <dt>Now</dt>
          <dd>{measured(name, present)}</dd>
        </div>
        <div>
          <dt>Required</dt>
          <dd>{measured(name, required)}</dd>
        </div>
      </dl>
    </li>
  );
}
