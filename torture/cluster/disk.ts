/** A small disk of its own for a server's data, which can be filled to the last byte and freed. Linux and root only. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../../src/testing/servers/is-alive.js';
import { runCommand } from '../../src/testing/servers/run-command.js';

const limitMs = 20_000;

/** Null: it can be made here; else why not. */
export function noDiskBecause(): string | null {
  if (process.platform !== 'linux') return 'a disk in memory is mounted on Linux only';
  if (process.getuid?.() !== 0) return 'only root may mount a disk';
  return null;
}

export class Disk {
  private constructor(readonly folder: string) {}

  static async mount(folder: string, megabytes: number): Promise<Disk> {
    await mkdir(folder, { recursive: true });
    await runCommand('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'isthmus-torture', folder], {
      limitMs,
    });
    return new Disk(folder);
  }

  private get ballast(): string {
    return join(this.folder, 'ballast');
  }

  /** Takes all that is left. */
  async fill(): Promise<void> {
    // It ends with an error when the disk is full, which is what is wanted.
    await runCommand('dd', ['if=/dev/zero', `of=${this.ballast}`, 'bs=1M', 'status=none'], { limitMs }).catch(
      () => undefined,
    );
    await runCommand('dd', ['if=/dev/zero', `of=${this.ballast}.rest`, 'bs=4k', 'status=none'], { limitMs }).catch(
      () => undefined,
    );
  }

  async free(): Promise<void> {
    for (const file of [this.ballast, `${this.ballast}.rest`]) await rm(file, { force: true });
  }

  /** Lazily: what a last process of a server still has open goes when it ends. */
  async unmount(): Promise<void> {
    await runCommand('umount', ['-l', this.folder], { limitMs });
  }
}

/** Disks below `prefix` whose run was killed: the number after it is that run's process. */
export async function unmountForgotten(prefix: string): Promise<void> {
  const mounts = await readFile('/proc/mounts', 'utf8').catch(() => '');
  for (const line of mounts.split('\n')) {
    const folder = line.split(' ')[1] ?? '';
    if (!folder.startsWith(prefix)) continue;
    if (isAlive(Number.parseInt(folder.slice(prefix.length), 10))) continue;
    await runCommand('umount', ['-l', folder], { limitMs });
  }
}
