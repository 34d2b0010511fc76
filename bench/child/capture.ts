/** Capture alone: drains a side's log and does nothing with it. */
import { ownSource } from '../../src/app/sides.js';
import type { Job } from '../jobs.js';
import { type Measured, measured } from './measured.js';
import { openBoth } from './sides.js';

export async function capture(job: Extract<Job, { kind: 'capture' }>): Promise<Measured> {
  const sides = await openBoth(job.config);
  const reader = await (job.side === 'sql' ? ownSource(sides.sql) : sides.mongodb.source).open(job.from);
  const result = await measured(job.changes, async () => {
    for (let count = 0; count < job.changes; ) {
      for (const event of await reader.next())
        if (event.kind === 'part' && event.echo === null) count += event.changes.length;
    }
  });
  await reader.close();
  await sides.close();
  return result;
}
