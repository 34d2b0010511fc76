/** Two captures and three workers over a real broker, of which processes are killed, stopped, continued and added. */
import { afterAll, describe, test } from 'vitest';
import { inFull } from '../src/testing/long-form.js';
import { kafkaMissing } from '../src/testing/servers/kafka-missing.js';
import { startKafka } from '../src/testing/servers/kafka-server.js';
import { convergeWhateverBecomesOfThem } from './kafka-faults.js';
import { trafficSchema } from './kafka-traffic.js';
import { overKafka } from './over-kafka.js';
import { testRigs } from './rig.js';

const rigs = await testRigs();
const missing = inFull ? await kafkaMissing('broker') : 'the short form';

describe.skipIf(missing !== null)('captures and workers over Kafka', { timeout: 400_000 }, async () => {
  const kafka = missing === null ? await startKafka() : (null as never);
  afterAll(() => kafka.stop());

  test('converge whatever becomes of them: every write is there once, and conflicts are of shared records only', async () => {
    const rig = await rigs.open({
      schema: trafficSchema,
      config: { initial: 'sql', entities: [{ table: 'facts' }, { table: 'counters' }] },
    });
    await convergeWhateverBecomesOfThem(rig, { kafka, config: overKafka(rig, kafka.url, 12), seed: 5 });
  });
});
