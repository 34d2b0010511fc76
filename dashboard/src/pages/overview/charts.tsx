/** Lag, throughput and latency of both directions over time. */
import { useEffect, useState } from 'preact/hooks';
import type { History } from '../../api/shapes.js';
import { useResource } from '../../state/resource.js';
import { chartData, type Measure } from '../../state/samples.js';
import { useStore } from '../../state/store.js';
import { samples } from '../../state/sync-state.js';
import { Chart } from '../../ui/chart.js';
import { Panel, Select } from '../../ui/parts.js';
import { duration, rate } from '../../view/format.js';

const charts: readonly (readonly [Measure, string, (value: number) => string])[] = [
  ['lagMs', 'Lag', duration],
  ['throughput', 'Records a second', rate],
  ['latencyP95Ms', 'Latency, p95', duration],
];

const spans = [
  ['5', 'Last 5 minutes'],
  ['60', 'Last hour'],
  ['360', 'Last 6 hours'],
  ['1440', 'Last day'],
] as const;

/** By the second the process remembers a quarter of an hour, by the minute a day. */
const askAgainMs = (minutes: string): number => (minutes === '5' ? 5000 : 60_000);

export function Charts() {
  const [minutes, setMinutes] = useState('5');
  const { data: history, error, reload } = useResource<History>(`/api/history?minutes=${minutes}`);
  const seen = useStore(samples, (now) => now);
  useEffect(() => {
    const timer = setInterval(reload, askAgainMs(minutes));
    return () => clearInterval(timer);
  }, [reload, minutes]);
  const now = seen.at(-1)?.at ?? Date.now();
  const spanMs = Number(minutes) * 60_000;
  const note = error?.isMissingRoute === true ? 'Since this page was opened' : null;
  return (
    <Panel
      title="Over time"
      actions={
        <div class="panel-actions">
          {note !== null && <span class="soft">{note}</span>}
          <Select label="Span" value={minutes} options={spans} onChange={setMinutes} />
        </div>
      }
    >
      <div class="charts">
        {charts.map(([measure, title, format]) => (
          <Chart
            key={measure}
            title={title}
            format={format}
            from={(now - spanMs) / 1000}
            to={now / 1000}
            data={chartData(measure, { samples: seen, history, spanMs, now })}
          />
        ))}
      </div>
    </Panel>
  );
}
