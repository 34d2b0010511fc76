/** How long both logs still hold our place: until then nothing is lost. */
import type { Status } from '../../api/shapes.js';
import { Panel, SideName } from '../../ui/parts.js';
import { Empty } from '../../ui/states.js';
import { bytes, duration } from '../../view/format.js';

/** Below this an operator should act. */
const fewHours = 24;

export function Forecast({ forecast }: { forecast: Status['forecast'] }) {
  return (
    <Panel title="Until a log forgets our place">
      {forecast === undefined ? (
        <Empty title="Not measured here">This process does not tell how long its logs reach.</Empty>
      ) : (
        <dl class="facts wide">
          <div>
            <dt>
              <SideName side="sql" />
            </dt>
            <Left hours={forecast.sql.hoursLeft} known={forecast.sql.retainedBytes !== null} />
          </div>
          <div>
            <dt>
              <SideName side="mongodb" />
            </dt>
            <Left hours={forecast.mongodb.hoursLeft} known={forecast.mongodb.windowSeconds !== null} />
          </div>
          <div>
            <dt>WAL kept for us</dt>
            <dd>
              {forecast.sql.retainedBytes === null ? 'cannot be read' : bytes(forecast.sql.retainedBytes)}
              {forecast.sql.limitBytes !== null && <span class="soft"> of {bytes(forecast.sql.limitBytes)}</span>}
            </dd>
          </div>
          <div>
            <dt>Oplog up to our place</dt>
            <dd>
              {forecast.mongodb.windowSeconds === null
                ? 'cannot be read'
                : duration(Math.round(forecast.mongodb.windowSeconds) * 1000)}
            </dd>
          </div>
        </dl>
      )}
    </Panel>
  );
}

function Left({ hours, known }: { hours: number | null; known: boolean }) {
  if (hours === null) return <dd>{known ? 'no end in sight' : 'cannot be read'}</dd>;
  return <dd class={hours < fewHours ? 'alarming' : ''}>about {duration(Math.round(hours * 60) * 60_000)}</dd>;
}
