/** What a dead letter says: when it was tried, why it is refused, and the change field by field. */
import type { ComponentChildren } from 'preact';
import type { DeadLetter } from '../../api/shapes.js';
import { LinkTitle, Panel, Time } from '../../ui/parts.js';
import { count } from '../../view/format.js';
import { same } from '../../view/value.js';
import { ShownValue } from '../conflicts/shown-value.js';

export function LetterFacts({ letter }: { letter: DeadLetter }) {
  const { link, reason, attempts, firstAt, lastAt, state, discardedAt, discardedBy } = letter;
  return (
    <>
      <Panel>
        <dl class="facts wide">
          <Fact name="Direction">
            <LinkTitle link={link} />
          </Fact>
          <Fact name="Attempts">{count(attempts)}</Fact>
          <Fact name="First tried">
            <Time at={firstAt} />
          </Fact>
          <Fact name="Last tried">
            <Time at={lastAt} />
          </Fact>
          {state === 'discarded' && (
            <Fact name="Discarded">
              <Time at={discardedAt} /> by {discardedBy}
            </Fact>
          )}
          <Fact name="Why it is refused" whole>
            {reason}
          </Fact>
        </dl>
      </Panel>
      <Change letter={letter} />
    </>
  );
}

function Fact({ name, whole = false, children }: { name: string; whole?: boolean; children: ComponentChildren }) {
  return (
    <div {...(whole ? { class: 'whole' } : {})}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
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
                <Value of={before} field={field} from={null} />
              </td>
              <td data-label="After">
                <Value of={after} field={field} from={before} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

type State = DeadLetter['before'];

function Value({ of, field, from }: { of: State; field: string; from: State }) {
  if (of === null) return <span class="soft">–</span>;
  return <ShownValue value={of[field]} from={from === null ? undefined : from[field]} />;
}
