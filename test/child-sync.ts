/** The sync as a process of its own, as a user runs it, so that a test can kill, stop and continue it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../src/app/scale/roles.js';
import type { FaultPoint } from '../src/base/fault-points.js';
import type { ConfigInput } from '../src/index.js';
import type { EngineOptions } from '../src/sync/options.js';
import { programArguments } from '../src/testing/program.js';
import { waitFor } from '../src/testing/wait-for.js';
import type { Rig } from './rig.js';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildSync {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it said so far, on stderr. */
  readonly said: () => string;
  /** Resident memory in MB, as the kernel counts it; null once it has ended, or where there is no /proc. */
  residentMb(): number | null;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<Ended>;
}

export interface ChildOptions {
  readonly fault?: FaultPoint | `${FaultPoint}:${number}`;
  /** Over Kafka. */
  readonly role?: Role;
  /** Changes to the rig's configuration. */
  readonly config?: Partial<ConfigInput>;
  /** The engine's bounds and pauses, which the command line does not offer: another program then takes its place. */
  readonly engine?: Partial<EngineOptions>;
}

const commandLine = programArguments(new URL('../src/cli/main.ts', import.meta.url));
const tunedProgram = programArguments(new URL('tuned-sync.ts', import.meta.url));
const startLimitMs = 90_000;

/** Resolves when it syncs, or when it has ended before. It ends with the test file at the latest. */
export async function startChild(
  rig: Rig,
  { fault, role = 'all', config, engine }: ChildOptions = {},
): Promise<ChildSync> {
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-child-'));
  const file = join(folder, 'isthmus.yaml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify({ ...rig.config, ...config }), { mode: 0o600 });
  const program =
    engine === undefined
      ? [...commandLine, 'run', '-c', file, '--role', role, '--log-level', 'info']
      : [...tunedProgram, file, JSON.stringify(engine)];
  const child = spawn(process.execPath, program, {
    env: { ...process.env, ISTHMUS_FAULT: fault ?? '', NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let over = false;
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      over = true;
      resolve({ code, signal });
    });
  });
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  rig.atEnd(end);
  await waitFor(() => over || /syncing/.test(said), {
    what: `the process to sync; it said: ${said}`,
    limitMs: startLimitMs,
  });
  return {
    process: child,
    ended,
    said: () => said,
    residentMb: () => residentMb(child.pid ?? 0),
    signal: (name) => void child.kill(name),
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

function residentMb(pid: number): number | null {
  try {
    const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? null : Number(found[1]) / 1024;
  } catch {
    return null;
  }
}
