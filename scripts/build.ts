/** `npm run build`: compiles into a clean `dist` and makes the command executable. */
import { chmod, rm } from 'node:fs/promises';
import { run } from './steps.js';

await rm('dist', { recursive: true, force: true });
process.exitCode = await run('tsc', ['-p', 'tsconfig.build.json']);
if (process.exitCode === 0) await chmod('dist/cli/main.js', 0o755);
