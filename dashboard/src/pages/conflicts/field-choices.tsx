/** One choice a field: either side's value, the ancestor's, or one that is typed. */
import { useState } from 'preact/hooks';
import { plural } from '../../view/format.js';
import { refusalOf, same, valueText } from '../../view/value.js';
import { type FieldRow, type Pick, type Picks, typedText, type Version, type versionsOf } from './fields.js';
import { useVersionNames } from './version-names.js';

interface Props {
  readonly rows: readonly FieldRow[];
  readonly picks: Picks;
  readonly problems: Readonly<Record<string, string>>;
  readonly versions: ReturnType<typeof versionsOf>;
  readonly onPick: (field: string, pick: Pick) => void;
}

const order: readonly Version[] = ['sql', 'mongodb', 'base'];

export function FieldChoices({ rows, ...rest }: Props) {
  const [all, setAll] = useState(false);
  const differing = rows.filter(({ change }) => change !== 'none');
  const equal = rows.length - differing.length;
  return (
    <div class="field-choices">
      {(all ? rows : differing).map((row) => (
        <FieldChoice key={row.field} row={row} {...rest} />
      ))}
      {equal > 0 && (
        <button type="button" class="button quiet small" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Only fields that differ' : `Change ${plural(equal, 'equal field')} too`}
        </button>
      )}
    </div>
  );
}

function FieldChoice({ row, picks, problems, versions, onPick }: Omit<Props, 'rows'> & { row: FieldRow }) {
  const { field, values, change } = row;
  const pick = picks[field];
  const names = useVersionNames();
  // The ancestor's value is no choice of its own where a side still has it.
  const offered = order.filter(
    (version) =>
      versions[version] !== null &&
      (version !== 'base' ||
        (!same(values.base, values.sql) && !same(values.base, values.mongodb)) ||
        change === 'agreed'),
  );
  return (
    <fieldset class={pick === undefined ? 'field-choice open' : 'field-choice'}>
      <legend>
        {field}
        {pick === undefined && <span class="clash-word"> choose</span>}
      </legend>
      <div class="options">
        {offered.map((version) => {
          const refusal = refusalOf(values[version]);
          return (
            <label key={version} class={pick?.from === version ? 'chosen' : ''}>
              <input
                type="radio"
                name={`field-${field}`}
                value={version}
                checked={pick?.from === version}
                disabled={refusal !== null}
                onChange={() => onPick(field, { from: version })}
              />
              <span class={`option-name ${version}`}>{names[version]}</span>
              <span class="option-value">
                {refusal === null ? valueText(values[version]) : `cannot cross: ${refusal.reason}`}
              </span>
            </label>
          );
        })}
        <label class={pick?.from === 'typed' ? 'chosen' : ''}>
          <input
            type="radio"
            name={`field-${field}`}
            value="typed"
            checked={pick?.from === 'typed'}
            onChange={() =>
              onPick(field, { from: 'typed', text: typedText(values.sql ?? values.mongodb), isNull: false })
            }
          />
          <span class="option-name">Another value</span>
        </label>
      </div>
      {pick?.from === 'typed' && <TypedValue row={row} pick={pick} problem={problems[field]} onPick={onPick} />}
    </fieldset>
  );
}

function TypedValue({
  row: { field, column },
  pick,
  problem,
  onPick,
}: {
  row: FieldRow;
  pick: Extract<Pick, { from: 'typed' }>;
  problem: string | undefined;
  onPick: Props['onPick'];
}) {
  const type = column?.type ?? 'text';
  const label = `Value of ${field} (${type})`;
  const set = (text: string): void => onPick(field, { from: 'typed', text, isNull: false });
  return (
    <div class="typed">
      {type === 'boolean' ? (
        <select
          aria-label={label}
          value={pick.text}
          disabled={pick.isNull}
          onChange={(event) => set(event.currentTarget.value)}
        >
          <option value="">choose</option>
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      ) : (
        <textarea
          aria-label={label}
          rows={pick.text.length > 80 || pick.text.includes('\n') ? 4 : 1}
          value={pick.text}
          disabled={pick.isNull}
          aria-invalid={problem !== undefined}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
      {column?.nullable !== false && (
        <label>
          <input
            type="checkbox"
            checked={pick.isNull}
            onChange={(event) => onPick(field, { from: 'typed', text: pick.text, isNull: event.currentTarget.checked })}
          />{' '}
          null
        </label>
      )}
      {problem !== undefined && <span class="problem">{problem}</span>}
    </div>
  );
}
