/** Sees that MariaDB is installed: the packages of its programs alone, which make no server of their own. */
import { ensureInstalled } from './apt.js';

/** Null if it is there; otherwise why it is not. */
export function ensureMariadb(): Promise<string | null> {
  return ensureInstalled({ program: '/usr/sbin/mariadbd', package: 'mariadb-server-core mariadb-client-core' });
}
