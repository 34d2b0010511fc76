/** Who moved the migration, when and why. */
import type { PhaseShape } from '../../api/shapes.js';
import { Badge, Panel, Time, type Tone } from '../../ui/parts.js';
import { Empty } from '../../ui/states.js';
import { share, words } from '../../view/format.js';

const kinds: Readonly<Record<string, readonly [Tone, string]>> = {
  advance: ['good', 'advance'],
  rollback: ['warn', 'rollback'],
  source: ['bad', 'single source'],
  level: ['warn', 'rollback level'],
};

function newestFirst(history: PhaseShape['history']): PhaseShape['history'] {
  return [...history].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

export function PhaseHistory({ history }: { history: PhaseShape['history'] }) {
  return (
    <Panel title="History" flush>
      {history.length === 0 ? (
        <Empty title="Nothing has moved yet" />
      ) : (
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Kind</th>
              <th scope="col">When</th>
              <th scope="col">By</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {newestFirst(history).map(({ from, to, share: part, at, by, why, forced, kind }) => (
              <tr key={`${at} ${to}`}>
                <th scope="row">
                  {from === to ? words(to) : `${words(from)} → ${words(to)}`}
                  {part !== null && part !== undefined && <small class="soft"> {share(part)}</small>}
                </th>
                <td data-label="Kind">
                  <Badge tone={kinds[kind]?.[0] ?? 'neutral'}>
                    {kinds[kind]?.[1] ?? kind}
                    {forced ? ', forced' : ''}
                  </Badge>
                </td>
                <td data-label="When">
                  <Time at={at} />
                </td>
                <td data-label="By">{by ?? '–'}</td>
                <td data-label="Why">{why ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
