/** Starts a benchmark's own process and talks to it: what is measured never shares a process with what makes the load. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { compile } from '../scripts/compile.js';
import type { ConfigInput } from '../src/config/load.js';
import type { FromChild, Job, SyncReport, ToChild } from './jobs.js';

let compiled: Promise<string> | null = null;

/** Runs a job that ends by itself. */
export async function runJob(job: Job): Promise<Extract<FromChild, { kind: 'result' }>> {
  const child = await start(job);
  const result = await answer(child, 'result');
  await ended(child);
  return result;
}

export class SyncProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when both links read. */
  static async start(job: Extract<Job, { kind: 'sync' }>): Promise<SyncProcess> {
    const child = await start(job);
    await answer(child, 'ready');
    return new SyncProcess(child);
  }

  /** The sync is there already and has been stopped: what follows is a backlog. */
  static async startOnce(config: ConfigInput, limitMs: number): Promise<void> {
    const sync = await SyncProcess.start({ kind: 'sync', config });
    await sync.settled(limitMs);
    await sync.stop();
  }

  async status(): Promise<SyncReport> {
    return (await this.ask({ ask: 'status' }, 'status')).report;
  }

  async settled(limitMs: number): Promise<boolean> {
    return (await this.ask({ ask: 'settled', limitMs }, 'settled')).settled;
  }

  async pause(): Promise<void> {
    await this.ask({ ask: 'pause' }, 'done');
  }

  async resume(): Promise<void> {
    await this.ask({ ask: 'resume' }, 'done');
  }

  async stop(): Promise<void> {
    await this.ask({ ask: 'stop' }, 'done');
    await ended(this.child);
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await ended(this.child);
  }

  private async ask<K extends FromChild['kind']>(message: ToChild, kind: K): Promise<Extract<FromChild, { kind: K }>> {
    const reply = answer(this.child, kind);
    this.child.send(message);
    return reply;
  }
}

async function start(job: Job): Promise<ChildProcess> {
  compiled ??= compile('bench');
  const program = join(await compiled, 'bench', 'child', 'main.js');
  const profile = process.env['BENCH_PROFILE'];
  const profiling = ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${job.kind}-${Date.now()}.cpuprofile`];
  const flags = [
    ...(profile === undefined ? [] : profiling),
    ...(process.env['BENCH_FLAGS'] ?? '').split(' ').filter((flag) => flag !== ''),
  ];
  return fork(program, [], {
    execArgv: flags,
    env: { ...process.env, BENCH_JOB: JSON.stringify(job) },
  });
}

function answer<K extends FromChild['kind']>(child: ChildProcess, kind: K): Promise<Extract<FromChild, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const end = (outcome: () => void): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      outcome();
    };
    const onMessage = (message: FromChild): void => {
      if (message.kind === 'failed') end(() => reject(new Error(message.message)));
      else if (message.kind === kind) end(() => resolve(message as Extract<FromChild, { kind: K }>));
    };
    const onExit = (code: number | null): void =>
      end(() => reject(new Error(`the process under test ended with ${code}`)));
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
