/** One direction: how far behind, how quick, what is in its way. */
import type { LinkName, LinkStatus } from '../../api/shapes.js';
import { throughputAt } from '../../state/samples.js';
import { useStore } from '../../state/store.js';
import { samples } from '../../state/sync-state.js';
import { Icon } from '../../ui/icon.js';
import { LinkTitle, Panel } from '../../ui/parts.js';
import { count, duration, rate, shortCount } from '../../view/format.js';

export function LinkCard({ link, status }: { link: LinkName; status: LinkStatus }) {
  const { lagMs, latency, pending, held, applied, echoes, lastError, position } = status;
  const seen = useStore(samples, (now) => now);
  const perSecond = throughputAt(seen, seen.length - 1, link);
  return (
    <Panel title={<LinkTitle link={link} />}>
      <dl class="headline">
        <div>
          <dt>Lag</dt>
          <dd class={lagMs > 5000 ? 'alarming' : ''}>{lagMs === 0 ? 'none' : duration(lagMs)}</dd>
        </div>
        <div>
          <dt>Records a second</dt>
          <dd>{perSecond === null ? '–' : rate(perSecond)}</dd>
        </div>
      </dl>
      <dl class="facts">
        <Fact name="Latency p50">{latencyText(latency.p50Ms)}</Fact>
        <Fact name="p95">{latencyText(latency.p95Ms)}</Fact>
        <Fact name="p99">{latencyText(latency.p99Ms)}</Fact>
        <Fact name="Pending" title="Changes read and not yet written">
          {shortCount(pending)}
        </Fact>
        <Fact name="Held" title="Records that wait for the other side’s news or for a person">
          {shortCount(held)}
        </Fact>
        <Fact
          name="Written"
          title={`${count(applied)} records written, ${count(echoes)} echoes of our own writes read back`}
        >
          {shortCount(applied)}
        </Fact>
      </dl>
      <p class="position soft" title="How far the source's log is acknowledged">
        {position === null ? 'No position yet' : position}
      </p>
      {lastError !== null && (
        <div class="note bad">
          <Icon name="warn" />
          <p>
            {lastError.message} <code class="soft">{lastError.code}</code>
          </p>
        </div>
      )}
    </Panel>
  );
}

/** Where nothing has crossed there is no latency. */
function latencyText(ms: number): string {
  return ms === 0 ? '–' : duration(ms);
}

function Fact({ name, title, children }: { name: string; title?: string; children: string }) {
  return (
    <div {...(title === undefined ? {} : { title })}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
