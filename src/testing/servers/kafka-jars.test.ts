import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { findKafkaJars, pomOf } from './kafka-jars.js';

test('a project with dependencies and nothing else', () => {
  const pom = pomOf(['org.a:b:1', 'org.c:d_2.13:2.0.Final']);
  expect(pom.match(/<dependency>/g)).toHaveLength(2);
  expect(pom).toContain('<groupId>org.c</groupId><artifactId>d_2.13</artifactId><version>2.0.Final</version>');
});

test('without Maven the message says what is missing and what to do, and leaves no half download', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-jars-'));
  vi.stubEnv('ISTHMUS_CACHE', folder);
  vi.stubEnv('PATH', folder);
  try {
    await expect(findKafkaJars('broker')).rejects.toMatchObject({
      code: 'embedded_server_failed',
      message: expect.stringContaining(folder) as string,
      remedy: expect.stringContaining('apt-get install maven') as string,
    });
    expect(await readdir(folder)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  }
});
