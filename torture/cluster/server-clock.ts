/**
 * A server's own clock that can be set forward and back, by Debian's libfaketime: its wall clock only, the monotonic one
 * goes on. Must not know which server reads it.
 */
import { writeFile } from 'node:fs/promises';
import { ensureInstalled } from '../../scripts/apt.js';

const libraries: Readonly<Record<string, string>> = {
  x64: '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  arm64: '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
};

/** Installs the library where that is possible. Null: it is there; else why not. */
export async function noClockBecause(): Promise<string | null> {
  const program = libraries[process.arch];
  if (program === undefined) return `libfaketime's place is not known for ${process.arch}`;
  return ensureInstalled({ program, package: 'libfaketime' });
}

export class ServerClock {
  constructor(private readonly file: string) {}

  /** What makes a server read this clock. */
  get environment(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: libraries[process.arch] ?? '',
      FAKETIME_TIMESTAMP_FILE: this.file,
      // The file is looked at once a second.
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      // Else a process that is killed leaves a semaphore behind.
      FAKETIME_DISABLE_SHM: '1',
    };
  }

  /** How far it is ahead of the machine's. */
  async set(aheadSeconds: number): Promise<void> {
    await writeFile(this.file, `${aheadSeconds < 0 ? '' : '+'}${aheadSeconds}\n`, { mode: 0o644 });
  }
}
