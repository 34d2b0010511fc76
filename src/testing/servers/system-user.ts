/** PostgreSQL refuses to run as root: which user it runs as then. Adds no user to the system. */
import { IsthmusError } from '../../base/errors.js';
import { runCommand } from './run-command.js';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** In order of preference; `nobody` is on every Unix. */
const candidates = ['postgres', 'nobody'];

/** Null if we are not root: then the server runs as ourselves. */
export async function unprivilegedUser(): Promise<SystemUser | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of candidates) {
    try {
      const uid = Number(await runCommand('id', ['-u', name], { limitMs: 5_000 }));
      const gid = Number(await runCommand('id', ['-g', name], { limitMs: 5_000 }));
      if (uid > 0 && gid > 0) return { uid, gid };
    } catch {
      // No such user: the next one.
    }
  }
  throw new IsthmusError('embedded_server_failed', {
    message: 'PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as.',
    remedy: 'Run the command as another user than root, or add a user: useradd --system postgres',
  });
}
