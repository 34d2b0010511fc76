/** The pages, what waits on each, and how the dashboard looks. */
import { connection } from '../api/live.js';
import { href, type PageName, pages } from '../state/route.js';
import { operator, setOperator, setTheme, type Theme, theme } from '../state/session.js';
import { useStore } from '../state/store.js';
import { alerts, status } from '../state/sync-state.js';
import { shortCount } from '../view/format.js';
import { Icon, Mark } from './icon.js';
import { StateBadge } from './state-badge.js';

export const pageTitles: Readonly<Record<PageName, string>> = {
  overview: 'Overview',
  conflicts: 'Conflicts',
  comparisons: 'Comparisons',
  phases: 'Phases',
  'dead-letters': 'Dead letters',
};

export function Navigation({ current }: { current: PageName }) {
  const name = useStore(status, (now) => now?.name ?? '');
  const waiting = useWaiting();
  return (
    <header class="side-bar">
      <a class="brand" href={href('overview')}>
        <Mark />
        <span class="brand-name">Isthmus</span>
        {name !== '' && <span class="brand-sync soft">{name}</span>}
      </a>
      <StateBadge />
      <nav aria-label="Pages">
        <ul>
          {pages.map((page) => (
            <li key={page}>
              <a href={href(page)} {...(page === current ? { 'aria-current': 'page' as const } : {})}>
                <Icon name={page} />
                <span>{pageTitles[page]}</span>
                {waiting[page] > 0 && (
                  <span class={page === 'overview' ? 'count bad' : 'count'}>
                    {shortCount(waiting[page])}
                    <span class="hidden-text"> {page === 'overview' ? 'alerts' : 'wait'}</span>
                  </span>
                )}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="side-foot">
        <Signature />
        <ThemeSwitch />
        <Live />
      </div>
    </header>
  );
}

function useWaiting(): Record<PageName, number> {
  const conflicts = useStore(status, (now) => now?.conflicts.pending ?? 0);
  const letters = useStore(status, (now) => now?.deadLetters ?? 0);
  const firing = useStore(alerts, (all) => all?.filter(({ state }) => state === 'firing').length ?? 0);
  return { overview: firing, conflicts, comparisons: 0, phases: 0, 'dead-letters': letters };
}

function Signature() {
  const name = useStore(operator, (now) => now);
  return (
    <label class="field signature">
      <span>Your name, for the record</span>
      <input
        type="text"
        maxLength={100}
        autocomplete="off"
        placeholder="dashboard"
        value={name}
        onInput={(event) => setOperator(event.currentTarget.value)}
      />
    </label>
  );
}

const themes: readonly Theme[] = ['system', 'light', 'dark'];

function ThemeSwitch() {
  const chosen = useStore(theme, (now) => now);
  return (
    <fieldset class="switch">
      <legend class="hidden-text">Theme</legend>
      {themes.map((one) => (
        <label key={one} title={`${one} theme`}>
          <input type="radio" name="theme" checked={one === chosen} onChange={() => setTheme(one)} />
          <Icon name={one} size={14} />
          <span class="hidden-text">{one}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Live() {
  const state = useStore(connection, (now) => now.state);
  const text = { connecting: 'Connecting', open: 'Live', away: 'Not connected' }[state];
  return (
    <span class={`live ${state}`} role="status">
      <span class="dot" aria-hidden="true" />
      {text}
    </span>
  );
}
