/** Reading by pages: one side alone, or both as a comparison does. What differs or is missed fails. */
import type { Entity } from '../../src/model/entity.js';
import { Pages } from '../../src/reconcile/pages.js';
import { scan } from '../../src/reconcile/scan.js';
import type { Job } from '../jobs.js';
import { type Measured, measured } from './measured.js';
import { openBoth } from './sides.js';

export async function read({ config, side, rows }: Extract<Job, { kind: 'read' }>): Promise<Measured> {
  const sides = await openBoth(config);
  const [name = ''] = sides.entities.keys();
  let count = 0;
  const result = await measured(rows, async () => {
    const pages = new Pages(sides[side].store, { entity: name, after: null, keysOnly: false });
    while (!pages.ended) count += (await pages.page()).length;
  });
  await sides.close();
  if (count !== rows) throw new Error(`${count} of ${rows} records were read`);
  return result;
}

export async function compare({ config, rows }: Extract<Job, { kind: 'compare' }>): Promise<Measured> {
  const sides = await openBoth(config);
  const [entity] = sides.entities.values();
  const stores = { sql: sides.sql.store, mongodb: sides.mongodb.store };
  let [compared, suspects] = [0, 0];
  const result = await measured(rows, async () => {
    for await (const step of scan({ stores, entity: entity as Entity, sample: 1, seed: '', from: null })) {
      compared += step.compared;
      suspects += step.suspects.length;
    }
  });
  await sides.close();
  if (compared !== rows || suspects > 0) throw new Error(`${compared} of ${rows} compared, ${suspects} look different`);
  return result;
}
