/** Sees that a Chromium is there for the tests of the dashboard: ISTHMUS_CHROMIUM, or the one of Debian's package. */
import { ensureInstalled, exists } from './apt.js';

const ofDebian = '/usr/bin/chromium';

/** Its path; or why there is none. */
export async function ensureChromium(): Promise<{ readonly path: string } | { readonly missing: string }> {
  const given = process.env['ISTHMUS_CHROMIUM'];
  if (given !== undefined && given !== '')
    return (await exists(given)) ? { path: given } : { missing: `ISTHMUS_CHROMIUM names ${given}, which is not there` };
  const missing = await ensureInstalled({ program: ofDebian, package: 'chromium' });
  return missing === null ? { path: ofDebian } : { missing };
}
