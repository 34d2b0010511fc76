/** Two captures and three workers, of which processes are killed, stopped, continued and added, the broker among them: what must hold then. */
import { expect } from 'vitest';
import type { ConfigInput } from '../src/index.js';
import type { KafkaServer } from '../src/testing/servers/kafka-server.js';
import { waitFor } from '../src/testing/wait-for.js';
import { type ChildSync, startChild } from './child-sync.js';
import { writeHistory } from './history.js';
import { counters, countUp, crossing, equal, expectWhole, limitMs } from './kafka-traffic.js';
import { countLogs } from './log-counts.js';
import type { Rig } from './rig.js';

export interface Faults {
  readonly kafka: KafkaServer;
  readonly config: Partial<ConfigInput>;
  readonly seed: number;
  /** What else is killed and started again, meanwhile. */
  readonly another?: () => Promise<void>;
}

/** The rig's tables are those of `trafficSchema`. */
export async function convergeWhateverBecomesOfThem(
  rig: Rig,
  { kafka, config, seed, another = () => Promise.resolve() }: Faults,
): Promise<void> {
  const start = (role: 'capture' | 'worker'): Promise<ChildSync> => startChild(rig, { role, config });
  const roles = ['capture', 'capture', 'worker', 'worker', 'worker'] as const;
  const started = await Promise.all(roles.map(start));
  const [captures, workers] = [started.slice(0, 2), started.slice(2)];
  await waitFor(async () => (await rig.db.collection('counters').countDocuments()) === counters, {
    what: 'the load',
    limitMs,
  });
  const logs = await countLogs(rig, ['facts', 'counters']);
  const history = writeHistory(rig, { seed, records: 60, deletes: 10, pauseMs: 5 });
  const counting = countUp(rig);
  await crossing(rig);

  workers[0]?.signal('SIGKILL');
  await crossing(rig);
  workers[1]?.signal('SIGSTOP');
  await crossing(rig);
  workers[1]?.signal('SIGCONT');
  workers.push(await start('worker'));
  await crossing(rig);
  await another();
  captures[0]?.signal('SIGKILL');
  await crossing(rig);
  await kafka.kill();
  await kafka.start();
  await crossing(rig);

  await history.rest();
  const counted = await counting.rest();
  await equal(rig);
  await expectWhole(rig, { history, logs, counted });
  for (const child of [...workers.slice(1), ...captures.slice(1)])
    expect((await child.stop()).code, child.said().slice(-3000)).toBe(0);
}
