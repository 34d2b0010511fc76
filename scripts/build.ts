/** `npm run build`: compiles into a clean `dist`, makes the command executable and builds the dashboard beside it. */
import { chmod, rm } from 'node:fs/promises';
import { buildDashboard } from './dashboard.js';
import { run } from './steps.js';

await rm('dist', { recursive: true, force: true });
process.exitCode = await run('tsc', ['-p', 'tsconfig.build.json']);
if (process.exitCode === 0) {
  await chmod('dist/cli/main.js', 0o755);
  await buildDashboard();
}
