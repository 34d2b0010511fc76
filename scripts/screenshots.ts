/** `npm run screenshots`: runs the browser tests of the dashboard, and keeps a picture of each page in `docs/images`. */
import { mkdir } from 'node:fs/promises';
import { ensureChromium } from './ensure-chromium.js';
import { run } from './steps.js';

const chromium = await ensureChromium();
if ('missing' in chromium) throw new Error(`There is no browser: ${chromium.missing}`);
await mkdir('docs/images', { recursive: true });
process.exitCode = await run('vitest', ['run', '--project', 'pg18', 'test/dashboard'], {
  ...process.env,
  ISTHMUS_CHROMIUM: chromium.path,
  ISTHMUS_SCREENSHOTS: 'docs/images',
});
