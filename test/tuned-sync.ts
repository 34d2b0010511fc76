/** `isthmus run` with the engine's pauses as the second argument says: a program that tests start and kill. */
import { faultsFrom } from '../src/base/fault-points.js';
import { start } from '../src/index.js';
import type { EngineOptions } from '../src/sync/options.js';

const [file = '', engine = '{}'] = process.argv.slice(2);
const faults = faultsFrom(process.env['ISTHMUS_FAULT'], () => process.kill(process.pid, 'SIGKILL'));
const sync = await start(file, { api: false, engine: JSON.parse(engine) as Partial<EngineOptions>, faults });
sync.on('failed', (error) => {
  console.error(`${error.code}: ${error.message}`);
  process.exit(1);
});
process.on('SIGTERM', () => void sync.stop().then(() => process.exit(0)));
console.error('syncing');
