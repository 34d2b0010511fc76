/** Changes that their target refuses: the list, or one of them. */
import { useEffect } from 'preact/hooks';
import type { DeadLetter } from '../../api/shapes.js';
import { useResource } from '../../state/resource.js';
import { go, href } from '../../state/route.js';
import { useStore } from '../../state/store.js';
import { status } from '../../state/sync-state.js';
import { LinkTitle, PageHead, Panel, Select, Time } from '../../ui/parts.js';
import { Empty, Loaded } from '../../ui/states.js';
import { count, plural, title } from '../../view/format.js';
import { LetterDetail } from './letter-detail.js';
import { RetryAll } from './retry-all.js';

export function DeadLetters({ id, query }: { id: string | null; query: Readonly<Record<string, string>> }) {
  const state = query['state'] === 'discarded' ? 'discarded' : 'open';
  const path = state === 'open' ? '/api/dead-letters' : '/api/dead-letters?state=discarded';
  const resource = useResource<{ deadLetters: readonly DeadLetter[] }>(path, ['dead_letter']);
  const waiting = useStore(status, (now) => now?.deadLetters ?? null);
  // One that goes may have no event of its own.
  useEffect(resource.reload, [waiting]);
  if (id !== null)
    return (
      <Loaded resource={resource} what="the dead letter">
        {({ deadLetters }) => (
          <LetterDetail letter={deadLetters.find((one) => one.id === id) ?? null} onDone={resource.reload} />
        )}
      </Loaded>
    );
  return (
    <>
      <PageHead
        title="Dead letters"
        note="Changes that their target refuses. They are tried again now and then, and stand in nobody’s way."
      >
        <RetryAll open={waiting ?? 0} onDone={resource.reload} />
      </PageHead>
      <search class="filters">
        <Select
          label="State"
          value={state}
          options={[
            ['open', 'Open'],
            ['discarded', 'Discarded'],
          ]}
          onChange={(next) => go(href('dead-letters', null, { state: next === 'open' ? '' : next }))}
        />
      </search>
      <Panel flush>
        <Loaded resource={resource} what="dead letters">
          {({ deadLetters }) => <List letters={deadLetters} state={state} />}
        </Loaded>
      </Panel>
    </>
  );
}

const mostShown = 500;

function List({ letters, state }: { letters: readonly DeadLetter[]; state: 'open' | 'discarded' }) {
  // A process that does not know the filter gives what is open.
  const shown = letters.filter((one) => (one.state ?? 'open') === state);
  if (shown.length === 0)
    return state === 'open' ? (
      <Empty title="No dead letters">Every change could be written.</Empty>
    ) : (
      <Empty title="None was discarded" />
    );
  return (
    <>
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">Reason</th>
            <th scope="col">Table</th>
            <th scope="col">Record</th>
            <th scope="col">Direction</th>
            <th scope="col" class="n">
              Attempts
            </th>
            <th scope="col">{state === 'open' ? 'Last tried' : 'Discarded'}</th>
          </tr>
        </thead>
        <tbody>
          {shown.slice(0, mostShown).map((letter) => (
            <Row key={letter.id} letter={letter} state={state} />
          ))}
        </tbody>
      </table>
      {shown.length > mostShown && (
        <p class="panel-foot soft">
          The first {plural(mostShown, 'one')} of {count(shown.length)}.
        </p>
      )}
    </>
  );
}

function Row({ letter, state }: { letter: DeadLetter; state: 'open' | 'discarded' }) {
  const { id, code, reason, table, key, link, attempts, lastAt, discardedAt, discardedBy } = letter;
  return (
    <tr>
      <th scope="row">
        <a class="row-link" href={href('dead-letters', id, { state: state === 'open' ? '' : state })}>
          {title(code)}
        </a>
        <small class="soft clip">{reason}</small>
      </th>
      <td data-label="Table">{table}</td>
      <td data-label="Record" class="mono">
        {key}
      </td>
      <td data-label="Direction">
        <LinkTitle link={link} />
      </td>
      <td data-label="Attempts" class="n">
        {count(attempts)}
      </td>
      {state === 'open' ? (
        <td data-label="Last tried">
          <Time at={lastAt} />
        </td>
      ) : (
        <td data-label="Discarded">
          <Time at={discardedAt} /> <small class="soft">{discardedBy}</small>
        </td>
      )}
    </tr>
  );
}
