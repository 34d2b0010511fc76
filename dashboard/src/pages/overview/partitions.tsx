/** Over Kafka: which process has which partition, and what waits there. */
import type { Partition, Transport } from '../../api/shapes.js';
import { useSideNames } from '../../state/side-names.js';
import { Badge, Panel } from '../../ui/parts.js';
import { Empty } from '../../ui/states.js';
import { count, duration, plural } from '../../view/format.js';

export function Partitions({ transport }: { transport: Transport }) {
  const { partitions, captures, unreadable } = transport;
  const names = useSideNames();
  const waiting = partitions.reduce((sum, one) => sum + one.waiting.sql + one.waiting.mongodb, 0);
  const captured = captures.filter(({ state }) => state === 'capturing').map(({ side }) => names[side]);
  return (
    <Panel
      title="Partitions"
      actions={
        <span class="soft">
          {plural(waiting, 'message')} waiting
          {captured.length > 0 && `, this process captures ${captured.join(' and ')}`}
        </span>
      }
      flush
    >
      {unreadable > 0 && (
        <p class="problem">
          {plural(unreadable, 'message')} could not be read: see message_invalid in the runbook, then compare.
        </p>
      )}
      {partitions.length === 0 ? (
        <Empty title="No worker has told of a partition">Start one with --role worker.</Empty>
      ) : (
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">Partition</th>
              <th scope="col">Process</th>
              <th scope="col">State</th>
              <th scope="col" class="n">
                Lag
              </th>
              <th scope="col" class="n">
                Messages waiting
              </th>
              <th scope="col" class="n">
                Records held
              </th>
            </tr>
          </thead>
          <tbody>
            {partitions.map((one) => (
              <Row key={one.partition} one={one} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function Row({ one: { partition, owner, here, state, lagMs, waiting, held } }: { one: Partition }) {
  return (
    <tr>
      <th scope="row">
        <span class="soft">Partition</span> {partition}
      </th>
      <td data-label="Process">
        {owner ?? (
          <Badge tone="bad" icon="cross">
            nobody
          </Badge>
        )}
        {here && <small class="soft"> this one</small>}
      </td>
      <td data-label="State">{state}</td>
      <td data-label="Lag" class="n">
        {duration(lagMs)}
      </td>
      <td data-label="Messages waiting" class="n">
        {count(waiting.sql + waiting.mongodb)}
      </td>
      <td data-label="Records held" class="n">
        {count(held)}
      </td>
    </tr>
  );
}
