/** A figure counts only if both sides are equal at the end. */
import { compareSides } from '../src/reconcile/compare.js';
import { openBoth } from './child/sides.js';
import type { World } from './world.js';

export async function assertEqual(world: World): Promise<void> {
  const sides = await openBoth(world.config);
  const stores = { sql: sides.sql.store, mongodb: sides.mongodb.store };
  const { compared, different } = await compareSides({
    sides: stores,
    entities: sides.entities.keys(),
    except: new Set(),
  });
  await sides.close();
  if (different > 0) throw new Error(`${different} of ${compared} records differ at the end`);
}
