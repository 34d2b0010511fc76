/** The process under test: takes one job from its parent. */
import type { FromChild, Job } from '../jobs.js';
import { capture } from './capture.js';
import { rawInsert } from './raw-insert.js';
import { rawWrite } from './raw-write.js';
import { sync } from './sync.js';
import { write } from './write.js';

const job = JSON.parse(process.env['BENCH_JOB'] ?? '') as Job;

function tell(message: FromChild): void {
  process.send?.(message);
}

/** What is counted, and how long it took. */
export interface Measured {
  readonly count: number;
  readonly seconds: number;
}

async function run(): Promise<void> {
  if (job.kind === 'sync') return sync(job.config, tell);
  const { count, seconds } = await measure(job);
  const { user, system } = process.cpuUsage();
  tell({ kind: 'result', perSecond: count / seconds, seconds, cpuMs: (user + system) / 1000 });
  process.disconnect?.();
}

function measure(one: Exclude<Job, { kind: 'sync' }>): Promise<Measured> {
  switch (one.kind) {
    case 'capture':
      return capture(one);
    case 'write':
      return write(one);
    case 'raw-write':
      return rawWrite(one);
    case 'raw-insert':
      return rawInsert(one);
  }
}

try {
  await run();
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exit(1);
}
