/** Our own folder for what was downloaded once. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$ISTHMUS_CACHE`, or a folder in the user's cache. */
export function cacheFolder(): string {
  const own = process.env['ISTHMUS_CACHE'];
  if (own !== undefined && own !== '') return own;
  const shared = process.env['XDG_CACHE_HOME'];
  return join(shared !== undefined && shared !== '' ? shared : join(homedir(), '.cache'), 'isthmus');
}
