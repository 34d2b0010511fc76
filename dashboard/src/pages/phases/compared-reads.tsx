/** Reads of the application that were served by one side and compared with the other in the background. */
import { useEffect } from 'preact/hooks';
import type { ComparedReads as Reads } from '../../api/shapes.js';
import { useResource } from '../../state/resource.js';
import { Panel } from '../../ui/parts.js';
import { count, share } from '../../view/format.js';

const askAgainMs = 3000;

/** `always`: also while none was reported. */
export function ComparedReads({ always }: { always: boolean }) {
  const { data, reload } = useResource<Reads>('/api/reads', ['phase']);
  useEffect(() => {
    const timer = setInterval(reload, askAgainMs);
    return () => clearInterval(timer);
  }, [reload]);
  if (data === null || (data.total === 0 && !always)) return null;
  const { total, compared, different, inFlight, skipped, rate, byTable } = data;
  const tables = Object.entries(byTable ?? {});
  return (
    <Panel title="Compared reads">
      <dl class="facts wide">
        <Fact name="Reported">{count(total)}</Fact>
        <Fact name="Compared">{count(compared)}</Fact>
        <Fact name="Different">{count(different)}</Fact>
        <Fact name="Explained by changes in flight">{count(inFlight)}</Fact>
        <Fact name="Left out">{count(skipped)}</Fact>
        <Fact name="Rate of differences">{rate === null ? '–' : share(rate)}</Fact>
      </dl>
      {tables.length > 0 && (
        <p class="soft reads-tables">
          {tables
            .map(([table, of]) => `${table}: ${count(of.different)} of ${count(of.compared)} different`)
            .join(' · ')}
        </p>
      )}
    </Panel>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
