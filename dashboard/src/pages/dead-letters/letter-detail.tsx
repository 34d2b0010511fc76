/** One dead letter: the change, why it is refused, and what can be done. */
import { useState } from 'preact/hooks';
import { request } from '../../api/request.js';
import type { DeadLetter } from '../../api/shapes.js';
import { notify } from '../../state/notices.js';
import { go, href } from '../../state/route.js';
import { signature } from '../../state/session.js';
import { Confirm, useAction } from '../../ui/dialog.js';
import { Icon } from '../../ui/icon.js';
import { LinkTitle, PageHead, Panel, Time } from '../../ui/parts.js';
import { Empty, ErrorNote } from '../../ui/states.js';
import { count, title } from '../../view/format.js';
import { same } from '../../view/value.js';
import { ShownValue } from '../conflicts/shown-value.js';

export function LetterDetail({ letter, onDone }: { letter: DeadLetter | null; onDone: () => void }) {
  return (
    <>
      <p class="crumb">
        <a href={href('dead-letters')}>
          <Icon name="back" size={14} /> Dead letters
        </a>
      </p>
      {letter === null ? (
        <>
          <PageHead title="Dead letter" />
          <Panel>
            <Empty title="It is gone">It was written, discarded, or newer changes took its place.</Empty>
          </Panel>
        </>
      ) : (
        <Letter letter={letter} onDone={onDone} />
      )}
    </>
  );
}

function Letter({ letter, onDone }: { letter: DeadLetter; onDone: () => void }) {
  const { id, table, key, link, code, reason, attempts, firstAt, lastAt } = letter;
  const [discarding, setDiscarding] = useState(false);
  const { busy, error, run } = useAction();
  const post = (what: 'retry' | 'discard'): Promise<unknown> =>
    request(`/api/dead-letters/${encodeURIComponent(id)}/${what}`, { method: 'POST', body: { by: signature() } });
  return (
    <>
      <PageHead title={`${title(code)}: ${table}`} note={<>Record {<span class="mono">{key}</span>}</>}>
        <button type="button" class="button" onClick={() => setDiscarding(true)}>
          Discard…
        </button>
        <button
          type="button"
          class="button primary"
          disabled={busy}
          onClick={() =>
            void run(async () => {
              await post('retry');
              notify('It is tried again.');
              onDone();
            })
          }
        >
          {busy ? 'Trying…' : 'Try again now'}
        </button>
      </PageHead>
      {error !== null && <ErrorNote error={error} />}
      <Panel>
        <dl class="facts wide">
          <div>
            <dt>Direction</dt>
            <dd>
              <LinkTitle link={link} />
            </dd>
          </div>
          <div>
            <dt>Attempts</dt>
            <dd>{count(attempts)}</dd>
          </div>
          <div>
            <dt>First tried</dt>
            <dd>
              <Time at={firstAt} />
            </dd>
          </div>
          <div>
            <dt>Last tried</dt>
            <dd>
              <Time at={lastAt} />
            </dd>
          </div>
          <div class="whole">
            <dt>Why it is refused</dt>
            <dd>{reason}</dd>
          </div>
        </dl>
      </Panel>
      <Change letter={letter} />
      {discarding && (
        <Confirm
          title="Discard this change?"
          confirm="Discard"
          danger
          onClose={() => setDiscarding(false)}
          onConfirm={async () => {
            await post('discard');
            notify('The change is discarded.');
            onDone();
            go(href('dead-letters'));
          }}
        >
          <p>
            The change of {table} is given up: it will not be written to the other side, and both sides differ in this
            record until one of them changes it again or a comparison repairs it.
          </p>
        </Confirm>
      )}
    </>
  );
}

function Change({ letter: { before, after } }: { letter: DeadLetter }) {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return (
    <Panel title="The change" flush>
      <table class="versions cards">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {(before === null || after === null) && (
            <tr>
              <th scope="row">The record</th>
              <td data-label="Before">{before === null ? <em>not there</em> : <span class="soft">present</span>}</td>
              <td data-label="After">{after === null ? <em>deleted</em> : <span class="soft">present</span>}</td>
            </tr>
          )}
          {fields.map((field) => (
            <tr key={field}>
              <th scope="row">
                {field}
                {before !== null && after !== null && !same(before[field], after[field]) && (
                  <small class="soft">changed</small>
                )}
              </th>
              <td data-label="Before">
                {before === null ? <span class="soft">–</span> : <ShownValue value={before[field]} from={undefined} />}
              </td>
              <td data-label="After">
                {after === null ? (
                  <span class="soft">–</span>
                ) : (
                  <ShownValue value={after[field]} from={before === null ? undefined : before[field]} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
