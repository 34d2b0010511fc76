/** The journey of `migration-journey.ts` in one process. */
import { it } from 'vitest';
import { migrate, migrationConfig, migrationSchema } from './migration-journey.js';
import { testRigs } from './rig.js';

const rigs = await testRigs();

it('goes from prepare to retired with traffic, a refusal, a way back and a second try', {
  timeout: 180_000,
}, async () => {
  const rig = await rigs.open({ schema: migrationSchema, config: migrationConfig });
  const sync = await rig.start({ watchTimes: { phasesEveryMs: 50 } });
  await migrate(rig, { sync, asked: sync });
});
