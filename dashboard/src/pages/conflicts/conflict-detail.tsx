/** One conflict: ancestor and both versions side by side, how it was decided, or the form to decide it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, request } from '../../api/request.js';
import type { Conflict } from '../../api/shapes.js';
import { notify } from '../../state/notices.js';
import { useResource } from '../../state/resource.js';
import { href } from '../../state/route.js';
import { signature } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { status } from '../../state/sync-state.js';
import { useAction } from '../../ui/dialog.js';
import { Icon } from '../../ui/icon.js';
import { PageHead, Panel } from '../../ui/parts.js';
import { ErrorNote, Loaded } from '../../ui/states.js';
import { keyText, same } from '../../view/value.js';
import { ConflictFacts } from './conflict-facts.js';
import { kindText } from './conflict-state.js';
import { type Decision, DecisionForm } from './decision-form.js';
import { versionsOf } from './fields.js';
import { NextWaiting } from './next-waiting.js';
import { Versions } from './versions.js';

export function ConflictDetail({ id }: { id: string }) {
  const resource = useResource<Conflict>(`/api/conflicts/${encodeURIComponent(id)}`, ['conflict']);
  const pending = useStore(status, (now) => now?.conflicts.pending ?? null);
  useEffect(resource.reload, [pending]);
  return (
    <>
      <p class="crumb">
        <a href={href('conflicts')}>
          <Icon name="back" size={14} /> Conflicts
        </a>
      </p>
      <Loaded resource={resource} what="the conflict">
        {(conflict) => <Shown conflict={conflict} reload={resource.reload} />}
      </Loaded>
    </>
  );
}

/** `newest` is what the API says now; a person decides about `shown`, which changes only when they say so or have not begun. */
function Shown({ conflict: newest, reload }: { conflict: Conflict; reload: () => void }) {
  const [shown, setShown] = useState(newest);
  const [moved, setMoved] = useState<Conflict | null>(null);
  const touched = useRef(false);
  const { busy, error, run, clear } = useAction();
  useEffect(() => {
    // What is over is shown at once; what only moved must not change under the hand of who decides.
    if (!touched.current || newest.state !== 'pending' || !sameVersions(newest, shown)) {
      if (!touched.current || newest.state !== 'pending') setShown(newest);
    }
  }, [newest]);
  const load = (next: Conflict, before: Conflict): void => {
    touched.current = false;
    setMoved(before);
    setShown(next);
  };
  const decide = (decision: Decision): Promise<void> =>
    run(async () => {
      const path = `/api/conflicts/${encodeURIComponent(shown.conflictId)}`;
      try {
        const body = { ...decision, seen: shown.seen, by: signature() };
        const written = await request<Conflict>(`${path}/resolution`, { method: 'POST', body });
        touched.current = false;
        setMoved(null);
        setShown({ ...shown, ...written });
        notify('Decided. It is written to both sides.');
        // The form is gone, and with it the focus.
        document.querySelector<HTMLElement>('main h1')?.focus();
        reload();
      } catch (thrown) {
        if (!(thrown instanceof ApiError) || thrown.code !== 'conflict_moved') throw thrown;
        const next = await request<Conflict>(path);
        load(next, shown);
      }
    });
  const isNewer = newest.state === 'pending' && shown.state === 'pending' && newest.seen !== shown.seen;
  return (
    <>
      <PageHead
        title={`${kindText(shown.kind)}: ${shown.table}`}
        note={<>Record {<span class="mono">{keyText(shown.key)}</span>}</>}
      >
        <NextWaiting after={shown.conflictId} />
      </PageHead>
      {moved !== null && <Moved decided={shown.state !== 'pending'} />}
      {isNewer && (
        <div class="note warn" role="alert">
          <Icon name="warn" />
          <p class="grow">
            A side has changed the record while you were deciding. A decision about the version below will be refused.
          </p>
          <button type="button" class="button" onClick={() => load(newest, shown)}>
            Show the new version
          </button>
        </div>
      )}
      <Panel>
        <ConflictFacts conflict={shown} />
      </Panel>
      <Versions conflict={shown} before={moved} />
      {shown.state === 'pending' && (
        <DecisionForm
          key={shown.seen ?? ''}
          conflict={shown}
          busy={busy}
          onTouch={() => {
            touched.current = true;
            clear();
          }}
          onDecide={(decision) => void decide(decision)}
        />
      )}
      {error !== null && <ErrorNote error={error} />}
    </>
  );
}

function Moved({ decided }: { decided: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div class="note warn" role="alert" tabIndex={-1} ref={box}>
      <Icon name="warn" />
      <p>
        <strong>Nothing was written: the decision was about an older version.</strong>{' '}
        {decided
          ? 'Meanwhile the conflict has been decided; below is how.'
          : 'A side has moved, here is the new version. Fields that moved are marked; decide again.'}
      </p>
    </div>
  );
}

function sameVersions(a: Conflict, b: Conflict): boolean {
  return same(versionsOf(a), versionsOf(b));
}
