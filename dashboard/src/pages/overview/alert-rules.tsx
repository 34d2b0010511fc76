/** The alert rules: what fires, each by itself; of what is well one line a rule. */
import { useEffect } from 'preact/hooks';
import { useSideNames } from '../../state/side-names.js';
import { useStore } from '../../state/store.js';
import { alerts, readAlerts } from '../../state/sync-state.js';
import { Badge, Panel, Time } from '../../ui/parts.js';
import { Empty } from '../../ui/states.js';
import { type AlertLine, alertLimit, alertLines, alertTitle, alertValue } from '../../view/alerts.js';

/** Values change all the time; only a change of state has an event. */
const askAgainMs = 10_000;

export function AlertRules() {
  const all = useStore(alerts, (now) => now);
  const names = useSideNames();
  useEffect(() => {
    const timer = setInterval(() => void readAlerts(), askAgainMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <Panel title="Alerts" flush>
      {all === null || all.length === 0 ? (
        <Empty title="No alert rules are known">
          {all === null ? 'This process does not tell its alerts here.' : 'None is configured.'}
        </Empty>
      ) : (
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">State</th>
              <th scope="col" class="n">
                Now
              </th>
              <th scope="col" class="n">
                Limit
              </th>
            </tr>
          </thead>
          <tbody>
            {alertLines(all).map((line) => (
              <Row key={`${line.state} ${alertTitle(line, names)}`} line={line} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function Row({ line }: { line: AlertLine }) {
  const { name, state, since, value, limit, text } = line;
  return (
    <tr>
      <th scope="row" title={state === 'firing' ? text : undefined}>
        {alertTitle(line, useSideNames())}
      </th>
      <td data-label="State">
        {state === 'firing' ? (
          <>
            <Badge tone="bad" icon="warn">
              firing
            </Badge>
            <small class="soft">
              since <Time at={since} />
            </small>
          </>
        ) : (
          <Badge tone="good" icon="check">
            well
          </Badge>
        )}
      </td>
      <td data-label="Now" class="n">
        {alertValue(name, value)}
      </td>
      <td data-label="Limit" class="n">
        {alertLimit(name, limit) ?? '–'}
      </td>
    </tr>
  );
}
