/** Changes that their target refuses: the list, or one of them. */

import { useEffect } from 'preact/hooks';
import type { DeadLetter } from '../../api/shapes.js';
import { useResource } from '../../state/resource.js';
import { href } from '../../state/route.js';
import { useStore } from '../../state/store.js';
import { status } from '../../state/sync-state.js';
import { LinkTitle, PageHead, Panel, Time } from '../../ui/parts.js';
import { Empty, Loaded } from '../../ui/states.js';
import { count, plural, title } from '../../view/format.js';
import { LetterDetail } from './letter-detail.js';

export function DeadLetters({ id }: { id: string | null }) {
  const resource = useResource<{ deadLetters: readonly DeadLetter[] }>('/api/dead-letters', ['dead_letter']);
  const waiting = useStore(status, (now) => now?.deadLetters ?? null);
  // One that goes has no event of its own.
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
      />
      <Panel flush>
        <Loaded resource={resource} what="dead letters">
          {({ deadLetters }) => <List letters={deadLetters} />}
        </Loaded>
      </Panel>
    </>
  );
}

const mostShown = 500;

function List({ letters }: { letters: readonly DeadLetter[] }) {
  if (letters.length === 0) return <Empty title="No dead letters">Every change could be written.</Empty>;
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
            <th scope="col">Last tried</th>
          </tr>
        </thead>
        <tbody>
          {letters.slice(0, mostShown).map(({ id, code, reason, table, key, link, attempts, lastAt }) => (
            <tr key={id}>
              <th scope="row">
                <a class="row-link" href={href('dead-letters', id)}>
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
              <td data-label="Last tried">
                <Time at={lastAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {letters.length > mostShown && (
        <p class="panel-foot soft">
          The oldest {plural(mostShown, 'one')} of {count(letters.length)}.
        </p>
      )}
    </>
  );
}
