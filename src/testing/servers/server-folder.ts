/** The folder of an embedded server: data and log in it, owned by the user that the server runs as. */
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EmbeddedOptions } from './embedded-server.js';
import type { SystemUser } from './system-user.js';

export interface ServerFolder {
  readonly path: string;
  readonly dataDir: string;
  readonly logFile: string;
  /** Whether it goes when the server stops. */
  readonly temporary: boolean;
}

export async function makeServerFolder(
  prefix: string,
  options: EmbeddedOptions,
  user: SystemUser | null,
): Promise<ServerFolder> {
  const path =
    options.folder === undefined ? await mkdtemp(join(options.parent ?? tmpdir(), prefix)) : resolve(options.folder);
  const dataDir = join(path, 'data');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (user !== null) for (const each of [path, dataDir]) await chown(each, user.uid, user.gid);
  return {
    path,
    dataDir,
    logFile: join(path, 'server.log'),
    temporary: options.folder === undefined && options.keep !== true,
  };
}

export async function removeServerFolder(folder: ServerFolder): Promise<void> {
  // Retries: a server's last child may still be removing its own files.
  if (folder.temporary) await rm(folder.path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
