/** Capture alone: drains a side's log and does nothing with it. */
import type { Job } from '../jobs.js';
import type { Measured } from './main.js';
import { openBoth } from './sides.js';

export async function capture(job: Extract<Job, { kind: 'capture' }>): Promise<Measured> {
  const sides = await openBoth(job.config);
  const reader = await sides[job.side].source.open(job.from);
  const began = performance.now();
  let count = 0;
  while (count < job.changes) {
    for (const event of await reader.next()) if (event.kind === 'part' && event.echo === null) count += event.changes.length;
  }
  const seconds = (performance.now() - began) / 1000;
  await reader.close();
  await sides.close();
  return { count, seconds };
}
