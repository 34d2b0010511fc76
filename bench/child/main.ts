/** The process under test: takes one job from its parent. */
import type { FromChild, Job } from '../jobs.js';
import { capture } from './capture.js';
import type { Measured } from './measured.js';
import { rawCapture } from './raw-capture.js';
import { rawInsert } from './raw-insert.js';
import { rawWrite } from './raw-write.js';
import { compare, read } from './read.js';
import { sync } from './sync.js';
import { write } from './write.js';

const job = JSON.parse(process.env['BENCH_JOB'] ?? '') as Job;

function tell(message: FromChild): void {
  process.send?.(message);
}

async function run(): Promise<void> {
  if (job.kind === 'sync') return sync(job, tell);
  const { count, seconds, cpuMs } = await measure(job);
  tell({ kind: 'result', perSecond: count / seconds, seconds, cpuMs });
  process.disconnect?.();
}

function measure(one: Exclude<Job, { kind: 'sync' }>): Promise<Measured> {
  switch (one.kind) {
    case 'capture':
      return capture(one);
    case 'raw-capture':
      return rawCapture(one);
    case 'write':
      return write(one);
    case 'raw-write':
      return rawWrite(one);
    case 'read':
      return read(one);
    case 'compare':
      return compare(one);
    case 'raw-insert':
      return rawInsert(one);
  }
}

// Who asked is gone: there is nobody left to work for.
process.once('disconnect', () => process.exit());
try {
  await run();
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exit(1);
}
