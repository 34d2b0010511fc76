/**
 * Builds the dashboard into `dist/dashboard`, and refuses a build that would load slowly. Tests and the demo build it only where a
 * source is newer than what is built.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const sources = 'dashboard';
const built = 'dist/dashboard';
const lock = 'dist/.dashboard-lock';
/** A build takes seconds: a lock that is older was left by one that was killed. */
const patienceMs = 60_000;
/** All of it, compressed. */
const mostBytes = 150_000;

export async function buildDashboard(): Promise<void> {
  // Tests have a mode of their own, and so would what they build.
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await build({ configFile: join(sources, 'vite.config.ts') });
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
  const bytes = await compressedBytes();
  if (bytes > mostBytes)
    throw new Error(`The dashboard has ${bytes} bytes compressed; at most ${mostBytes} are allowed.`);
  console.log(`The dashboard is built: ${(bytes / 1000).toFixed(1)} kB compressed`);
}

/** Test files that run at once build it once: the others wait. */
export async function buildDashboardIfStale(): Promise<void> {
  const until = Date.now() + patienceMs;
  while (existsSync(lock) || !(await isFresh())) {
    if (await takeLock()) {
      try {
        if (!(await isFresh())) await buildDashboard();
      } finally {
        await rm(lock, { recursive: true, force: true });
      }
    } else if (Date.now() > until) await rm(lock, { recursive: true, force: true });
    else await setTimeout(100);
  }
}

async function isFresh(): Promise<boolean> {
  const page = join(built, 'index.html');
  return existsSync(page) && (await newest(sources)) <= (await stat(page)).mtimeMs;
}

async function takeLock(): Promise<boolean> {
  await mkdir('dist', { recursive: true });
  return mkdir(lock).then(
    () => true,
    () => false,
  );
}

async function compressedBytes(): Promise<number> {
  let sum = 0;
  for (const file of await filesOf(built)) sum += gzipSync(await readFile(file)).length;
  return sum;
}

async function newest(folder: string): Promise<number> {
  const times = await Promise.all((await filesOf(folder)).map(async (file) => (await stat(file)).mtimeMs));
  return Math.max(...times);
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
