/** Every alert rule with its present value. */
import { useStore } from '../../state/store.js';
import { alerts } from '../../state/sync-state.js';
import { Badge, Panel, Time } from '../../ui/parts.js';
import { Empty } from '../../ui/states.js';
import { alertTitle, alertValue } from '../../view/alerts.js';

export function AlertRules() {
  const all = useStore(alerts, (now) => now);
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
            {all.map(({ state, since, text, ...alert }) => (
              <tr key={alertTitle(alert)}>
                <th scope="row" title={text}>
                  {alertTitle(alert)}
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
                  {alertValue(alert.name, alert.value)}
                </td>
                <td data-label="Limit" class="n">
                  {alertValue(alert.name, alert.limit)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
