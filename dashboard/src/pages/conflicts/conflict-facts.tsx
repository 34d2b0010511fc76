/** When a conflict was found, why it waits, or who decided it and how. */
import type { ComponentChildren } from 'preact';
import type { Conflict } from '../../api/shapes.js';
import { useSideNames } from '../../state/side-names.js';
import { Time } from '../../ui/parts.js';
import { words } from '../../view/format.js';
import { ConflictState } from './conflict-state.js';

export function ConflictFacts({ conflict }: { conflict: Conflict }) {
  const { state, resolution, strategy, reason, created_at, resolvedAt, resolvedBy, sqlEvent, mongoEvent } = conflict;
  const names = useSideNames();
  return (
    <dl class="facts wide">
      <Fact name="State">
        <ConflictState state={state} resolution={resolution} />
      </Fact>
      <Fact name="Strategy">{words(strategy)}</Fact>
      <Fact name="Found">
        <Time at={created_at} />
      </Fact>
      <Fact name={`${names.sql}’s change`}>
        <EventTime event={sqlEvent} />
      </Fact>
      <Fact name={`${names.mongodb}’s change`}>
        <EventTime event={mongoEvent} />
      </Fact>
      {resolvedBy !== null && (
        <Fact name="Decided by">
          {resolvedBy}
          {resolvedAt !== null && (
            <>
              , <Time at={resolvedAt} />
            </>
          )}
        </Fact>
      )}
      {reason !== null && (
        <Fact name="Why it waits" whole>
          {reason}
        </Fact>
      )}
    </dl>
  );
}

function EventTime({ event }: { event: Conflict['sqlEvent'] }) {
  if (event === null) return <>–</>;
  const { operation, timestamp } = event;
  if (timestamp === null) return <>{operation}</>;
  return (
    <>
      {operation}, {timestamp === 'load' ? 'by a load' : <Time at={timestamp} />}
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
