/** Where a side's log ends now: from there a capture alone begins. */
import { ownSource } from '../src/app/sides.js';
import type { Side } from '../src/model/side.js';
import { openBoth } from './child/sides.js';
import type { World } from './world.js';

export async function positionOf(world: World, side: Side): Promise<string> {
  const sides = await openBoth(world.config);
  const position = await (side === 'sql' ? ownSource(sides.sql) : sides.mongodb.source).begin();
  await sides.close();
  return position;
}
