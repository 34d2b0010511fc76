/** The lanes of a link, each with the number that it stands at. */
import { linkFrom, otherSide, type Side } from '../model/side.js';
import { LaneWriter } from './lane-writer.js';
import { type Recovered, settleLane } from './recover.js';
import type { EngineParts, Numbers } from './session.js';

/** Of the link from `source`; the last one is for advances and settlements. */
export function makeLanes(
  { observer, options, sides }: Pick<EngineParts, 'observer' | 'options' | 'sides'>,
  source: Side,
  { recovered, numbers }: { readonly recovered: Recovered; readonly numbers: Numbers },
): LaneWriter[] {
  const { store } = sides[otherSide(source)];
  return Array.from({ length: options.lanes + 1 }, (_, lane) => {
    const previous = recovered.links[source].numbers.get(lane) ?? 0;
    const first = recovered.links[source].progress === null && lane === settleLane(options.lanes) ? 1 : 0;
    return new LaneWriter(lane, Math.max(previous, first), {
      store,
      link: linkFrom(source),
      nextNumber: () => numbers.next(),
      observer,
    });
  });
}
