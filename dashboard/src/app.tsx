/** The frame around every page: navigation, state of the sync, what is wrong now, and the page itself. */
import { useEffect, useRef } from 'preact/hooks';
import { connection, reconnect } from './api/live.js';
import { Comparisons } from './pages/comparisons/comparisons.js';
import { Conflicts } from './pages/conflicts/conflicts.js';
import { DeadLetters } from './pages/dead-letters/dead-letters.js';
import { Overview } from './pages/overview/overview.js';
import { Phases } from './pages/phases/phases.js';
import { type PageName, type Route, route } from './state/route.js';
import { tokenNeed } from './state/session.js';
import { useStore } from './state/store.js';
import { status } from './state/sync-state.js';
import { AlertBanner } from './ui/alert-banner.js';
import { Icon } from './ui/icon.js';
import { Navigation, pageTitles } from './ui/navigation.js';
import { Notices } from './ui/notices.js';
import { TokenEntry } from './ui/token-entry.js';

export function App() {
  const now = useStore(route, (value) => value);
  const need = useStore(tokenNeed, (value) => value);
  useTitle(now.page);
  useFocusOnPage(now);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the page
      </button>
      <Navigation current={now.page} />
      <main id="main" tabIndex={-1}>
        {need === 'none' ? (
          <>
            <Away />
            <AlertBanner />
            <Page route={now} />
          </>
        ) : (
          <TokenEntry refused={need === 'refused'} />
        )}
      </main>
      <Notices />
    </div>
  );
}

function Page({ route: { page, id, query } }: { route: Route }) {
  switch (page) {
    case 'overview':
      return <Overview />;
    case 'conflicts':
      return <Conflicts id={id} query={query} />;
    case 'comparisons':
      return <Comparisons id={id} />;
    case 'phases':
      return <Phases />;
    case 'dead-letters':
      return <DeadLetters id={id} query={query} />;
  }
}

function Away() {
  const { state, nextAttemptAt } = useStore(connection, (value) => value);
  if (state !== 'away') return null;
  return (
    <div class="note bad" role="alert">
      <Icon name="warn" />
      <div class="grow">
        <p>
          <strong>The process does not answer.</strong> What you see is as of before; this page connects again by
          itself.
        </p>
      </div>
      <button type="button" class="button" onClick={reconnect} disabled={nextAttemptAt === null}>
        Try now
      </button>
    </div>
  );
}

/** With the number of what waits; no value of any row. */
function useTitle(page: PageName): void {
  const pending = useStore(status, (now) => now?.conflicts.pending ?? 0);
  const name = useStore(status, (now) => now?.name ?? '');
  useEffect(() => {
    const waiting = pending > 0 ? `(${pending}) ` : '';
    document.title = `${waiting}${pageTitles[page]} · Isthmus${name === '' ? '' : ` ${name}`}`;
  }, [page, pending, name]);
}

/** A new page is read from its heading on; the first one takes no focus away. */
function useFocusOnPage({ page, id }: Route): void {
  const shown = useRef(`${page} ${id}`);
  useEffect(() => {
    if (shown.current === `${page} ${id}`) return;
    shown.current = `${page} ${id}`;
    scrollTo(0, 0);
    document.querySelector<HTMLElement>('main h1')?.focus();
  }, [page, id]);
}
