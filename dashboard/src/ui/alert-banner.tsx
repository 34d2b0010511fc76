/** What is wrong now, on every page. */
import type { Alert } from '../api/shapes.js';
import { useSideNames } from '../state/side-names.js';
import { useStore } from '../state/store.js';
import { alerts, status } from '../state/sync-state.js';
import { alertLimit, alertTitle, alertValue } from '../view/alerts.js';
import { Icon } from './icon.js';
import { Time } from './parts.js';

/** The others are on the overview. */
const mostShown = 4;

export function AlertBanner() {
  const firing = useStore(alerts, (all) => all)?.filter(({ state }) => state === 'firing') ?? [];
  const level = useStore(status, (now) => now?.rollbackLevel ?? 0);
  const state = useStore(status, (now) => now?.state ?? null);
  const names = useSideNames();
  if (firing.length === 0 && level < 2 && state !== 'failed') return null;
  const isGrave = state === 'failed' || level >= 3 || firing.some(({ severity }) => severity === 'critical');
  return (
    <section class={isGrave ? 'note bad' : 'note warn'} aria-label="Alerts" role="alert">
      <Icon name="warn" />
      <ul class="grow plain">
        {state === 'failed' && (
          <li>
            <strong>The sync has stopped by itself.</strong> The directions on the overview say why.
          </li>
        )}
        {level >= 2 && (
          <li>
            <strong>Rollback level {level}.</strong> <a href="#/phases">See the phases</a> for the reason and what is
            done.
          </li>
        )}
        {firing.slice(0, mostShown).map((alert) => (
          <Line key={alertTitle(alert, names)} alert={alert} />
        ))}
        {firing.length > mostShown && (
          <li>
            <a href="#/">{firing.length - mostShown} more on the overview</a>
          </li>
        )}
      </ul>
    </section>
  );
}

function Line({ alert }: { alert: Alert }) {
  const limit = alertLimit(alert.name, alert.limit);
  const names = useSideNames();
  return (
    <li title={alert.text}>
      <strong>{alertTitle(alert, names)}</strong>
      {limit !== null && (
        <>
          : {alertValue(alert.name, alert.value)} (limit {limit})
        </>
      )}
      , since <Time at={alert.since} />
    </li>
  );
}
