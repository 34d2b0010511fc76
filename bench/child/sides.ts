/** Both sides of a configuration, opened as the sync opens them, for what measures one part alone. */

import { readMapping } from '../../src/app/read-schema.js';
import { type OpenSides, openSides } from '../../src/app/sides.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { type ConfigInput, configFrom } from '../../src/config/load.js';

export async function openBoth(input: ConfigInput): Promise<OpenSides> {
  const config = configFrom(input);
  const log = silentLogger;
  return openSides(config, await readMapping(config, { log }), { log, clock: systemClock });
}
