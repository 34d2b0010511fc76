/** The small parts that every page is made of. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { LinkName, Side } from '../api/shapes.js';
import { useSideNames } from '../state/side-names.js';
import { ago, exactTime } from '../view/format.js';
import { Icon, type IconName } from './icon.js';

export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'accent';

/** A state in a word, with a sign: colour alone tells nothing. */
export function Badge({ tone, icon, children }: { tone: Tone; icon?: IconName; children: ComponentChildren }) {
  return (
    <span class={`badge ${tone}`}>
      {icon === undefined ? <span class="dot" aria-hidden="true" /> : <Icon name={icon} size={13} />}
      {children}
    </span>
  );
}

export function SideName({ side }: { side: Side }) {
  return <span class={`side ${side}`}>{useSideNames()[side]}</span>;
}

export function LinkTitle({ link }: { link: LinkName }) {
  const [from, to]: [Side, Side] = link === 'sql_to_mongodb' ? ['sql', 'mongodb'] : ['mongodb', 'sql'];
  return (
    <span class="link-title">
      <SideName side={from} />
      <Icon name="arrow" size={14} />
      <span class="hidden-text"> to </span>
      <SideName side={to} />
    </span>
  );
}

/** Relative, with the exact time on hover; it goes on by itself. */
export function Time({ at }: { at: string | number | null | undefined }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  const ms = typeof at === 'string' ? Date.parse(at) : at;
  if (ms === null || ms === undefined || Number.isNaN(ms)) return <span class="soft">–</span>;
  return (
    <time dateTime={new Date(ms).toISOString()} title={exactTime(ms)}>
      {ago(ms, Math.max(now, Date.now()))}
    </time>
  );
}

export function Progress({ value, of, label }: { value: number; of: number; label: string }) {
  const known = of > 0;
  return <progress class="bar" aria-label={label} {...(known ? { max: of, value: Math.min(value, of) } : {})} />;
}

export function Panel({
  title,
  actions,
  children,
  flush = false,
}: {
  title?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  flush?: boolean;
}) {
  return (
    <section class={flush ? 'panel flush' : 'panel'}>
      {title !== undefined && (
        <header class="panel-head">
          <h2>{title}</h2>
          {actions}
        </header>
      )}
      {children}
    </section>
  );
}

export function PageHead({
  title,
  note,
  children,
}: {
  title: ComponentChildren;
  note?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <header class="page-head">
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {note !== undefined && <p class="soft">{note}</p>}
      </div>
      <div class="actions">{children}</div>
    </header>
  );
}

export function Select({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one} selected={one === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
