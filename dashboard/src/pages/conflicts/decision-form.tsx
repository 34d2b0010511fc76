/** How a person decides: one version as a whole, field by field, a record of their own, or no record. */
import { useMemo, useState } from 'preact/hooks';
import type { Conflict } from '../../api/shapes.js';
import { useSideNames } from '../../state/side-names.js';
import { Confirm } from '../../ui/dialog.js';
import { Panel } from '../../ui/parts.js';
import { plural } from '../../view/format.js';
import { versionOn } from '../../view/sides.js';
import { FieldChoices } from './field-choices.js';
import { buildValue, fieldRows, firstPicks, type Picks, readJson, versionsOf } from './fields.js';

export interface Decision {
  readonly use: 'sql' | 'mongodb' | 'base' | 'value';
  readonly value?: unknown;
}

type Way = 'sql' | 'mongodb' | 'base' | 'fields' | 'json' | 'delete';

interface Props {
  readonly conflict: Conflict;
  readonly busy: boolean;
  /** A person has begun: what is shown must not change by itself. */
  readonly onTouch: () => void;
  readonly onDecide: (decision: Decision) => void;
}

export function DecisionForm({ conflict, busy, onTouch, onDecide }: Props) {
  const versions = versionsOf(conflict);
  const names = useSideNames();
  const rows = useMemo(() => fieldRows(conflict), [conflict]);
  const first = useMemo(() => firstPicks(conflict, rows), [conflict, rows]);
  const [way, setWay] = useState<Way>('fields');
  const [picks, setPicks] = useState<Picks>(first);
  const [text, setText] = useState(() => JSON.stringify(startOf(conflict), null, 2));
  const [asking, setAsking] = useState(false);
  const built = buildValue(rows, picks);
  const typed = readJson(text);
  const decision = decisionOf(way, built.value, typed);
  const ways: readonly (readonly [Way, string, boolean])[] = [
    ['fields', 'Field by field', true],
    ['sql', versionOf(names.sql, versions.sql), true],
    ['mongodb', versionOf(names.mongodb, versions.mongodb), true],
    ['base', 'The ancestor', versions.base !== null],
    ['json', 'Another record, as JSON', true],
    ['delete', 'No record: delete it on both', versions.sql !== null && versions.mongodb !== null],
  ];
  const choose = (next: Way): void => {
    onTouch();
    setWay(next);
  };
  const deletes = decision !== null && isDeletion(decision, conflict);
  return (
    <Panel title="Decide">
      <form
        class="decide"
        onSubmit={(event) => {
          event.preventDefault();
          if (decision === null) return;
          if (deletes) setAsking(true);
          else onDecide(decision);
        }}
      >
        <fieldset class="choices ways">
          <legend>What shall stand on both sides</legend>
          {ways
            .filter(([, , possible]) => possible)
            .map(([one, name]) => (
              <label key={one} class={one === way ? 'chosen' : ''}>
                <input type="radio" name="way" value={one} checked={one === way} onChange={() => choose(one)} /> {name}
              </label>
            ))}
        </fieldset>
        {way === 'fields' && (
          <FieldChoices
            rows={rows}
            picks={picks}
            problems={built.problems}
            versions={versions}
            onPick={(field, pick) => {
              onTouch();
              setPicks((now) => ({ ...now, [field]: pick }));
            }}
          />
        )}
        {way === 'json' && (
          <label class="field">
            <span>The whole record: every field, null for none</span>
            <textarea
              rows={Math.min(18, text.split('\n').length + 1)}
              spellcheck={false}
              value={text}
              aria-invalid={!typed.ok}
              onInput={(event) => {
                onTouch();
                setText(event.currentTarget.value);
              }}
            />
            {!typed.ok && <span class="problem">{typed.reason}</span>}
          </label>
        )}
        <footer class="decide-foot">
          <button
            type="submit"
            class={deletes ? 'button danger' : 'button primary'}
            disabled={busy || decision === null}
          >
            {busy ? 'Writing…' : deletes ? 'Delete on both sides…' : 'Write to both sides'}
          </button>
          {way === 'fields' && built.missing.length > 0 && (
            <span class="soft" role="status">
              {plural(built.missing.length, 'field')} to decide: {built.missing.join(', ')}
            </span>
          )}
        </footer>
      </form>
      {asking && decision !== null && (
        <Confirm
          title="Delete the record on both sides?"
          confirm="Delete"
          danger
          onClose={() => setAsking(false)}
          onConfirm={() => {
            onDecide(decision);
            return Promise.resolve();
          }}
        >
          <p>
            The record of {conflict.table} goes from {names.sql} and from {names.mongodb}. Both versions stay in the
            record of conflicts.
          </p>
        </Confirm>
      )}
    </Panel>
  );
}

function versionOf(server: string, version: object | null): string {
  return version === null ? `${server}: deleted` : versionOn(server);
}

/** What the JSON field begins with. */
function startOf(conflict: Conflict): unknown {
  const { sql, mongodb, base } = versionsOf(conflict);
  return sql ?? mongodb ?? base ?? {};
}

function decisionOf(
  way: Way,
  built: Readonly<Record<string, unknown>> | null,
  typed: ReturnType<typeof readJson>,
): Decision | null {
  if (way === 'sql' || way === 'mongodb' || way === 'base') return { use: way };
  if (way === 'delete') return { use: 'value', value: null };
  if (way === 'json') return typed.ok ? { use: 'value', value: typed.value } : null;
  return built === null ? null : { use: 'value', value: built };
}

function isDeletion({ use, value }: Decision, conflict: Conflict): boolean {
  return use === 'value' ? value === null : versionsOf(conflict)[use] === null;
}
