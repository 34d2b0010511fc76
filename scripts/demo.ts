/** `npm run demo`: builds the dashboard where it is missing or old, then runs the demo from the sources. */
import { buildDashboardIfStale } from './dashboard.js';
import { run } from './steps.js';

await buildDashboardIfStale();
process.exitCode = await run('tsx', ['src/cli/main.ts', 'demo', ...process.argv.slice(2)]);
