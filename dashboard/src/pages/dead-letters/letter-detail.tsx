/** One dead letter: the change, why it is refused, and what can be done. */
import { useState } from 'preact/hooks';
import { request } from '../../api/request.js';
import type { DeadLetter, LetterAnswer } from '../../api/shapes.js';
import { notify } from '../../state/notices.js';
import { go, href } from '../../state/route.js';
import { signature } from '../../state/session.js';
import { Confirm, useAction } from '../../ui/dialog.js';
import { Icon } from '../../ui/icon.js';
import { PageHead, Panel } from '../../ui/parts.js';
import { Empty, ErrorNote } from '../../ui/states.js';
import { title } from '../../view/format.js';
import { LetterFacts } from './letter-facts.js';

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
        <>
          <PageHead
            title={`${title(letter.code)}: ${letter.table}`}
            note={<>Record {<span class="mono">{letter.key}</span>}</>}
          />
          {letter.state !== 'discarded' && <Actions letter={letter} onDone={onDone} />}
          <LetterFacts letter={letter} />
        </>
      )}
    </>
  );
}

function Actions({ letter: { id, table }, onDone }: { letter: DeadLetter; onDone: () => void }) {
  const [discarding, setDiscarding] = useState(false);
  const [answer, setAnswer] = useState<LetterAnswer | null>(null);
  const { busy, error, run } = useAction();
  const post = (what: 'retry' | 'discard'): Promise<LetterAnswer> =>
    request(`/api/dead-letters/${encodeURIComponent(id)}/${what}`, { method: 'POST', body: { by: signature() } });
  const retry = async (): Promise<void> => {
    setAnswer(null);
    const found = await post('retry');
    if (found.outcome === 'refused' || found.outcome === 'conflict') setAnswer(found);
    else notify('It is written.');
    onDone();
  };
  return (
    <>
      <div class="actions below-head">
        <button type="button" class="button primary" disabled={busy} onClick={() => void run(retry)}>
          {busy ? 'Trying…' : 'Try again now'}
        </button>
        <button type="button" class="button" onClick={() => setDiscarding(true)}>
          Discard…
        </button>
      </div>
      {error !== null && <ErrorNote error={error} />}
      {answer !== null && <Refused answer={answer} />}
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
            record until one of them changes it again or a comparison repairs it. It stays on record, with your name.
          </p>
        </Confirm>
      )}
    </>
  );
}

function Refused({ answer: { outcome, reason } }: { answer: LetterAnswer }) {
  return (
    <div class="note warn" role="alert">
      <Icon name="warn" />
      <p>
        {outcome === 'conflict' ? (
          <>
            <strong>Both sides have changed the record since.</strong>{' '}
            <a href={href('conflicts')}>A conflict about it waits.</a>
          </>
        ) : (
          <>
            <strong>It is refused again.</strong> {reason}
          </>
        )}
      </p>
    </div>
  );
}
