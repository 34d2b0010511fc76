/**
 * The processes of one sync, each of its own: a single one, or a capture and workers over Kafka. Must not know what is measured with
 * them.
 */
import { readFileSync } from 'node:fs';
import type { ConfigInput } from '../src/config/load.js';
import type { Side } from '../src/model/side.js';
import { waitFor } from '../src/testing/wait-for.js';
import type { SyncReport } from './jobs.js';
import { SyncProcess } from './process.js';

/** As many as four workers can share evenly, and what the documentation advises. */
const partitions = 12;
const startLimitMs = 120_000;

export function overKafka(name: string, broker: string, batch: number): Partial<ConfigInput> {
  return {
    apply: { atomic: 'record', batch },
    transport: {
      kind: 'kafka',
      brokers: [broker],
      partitions,
      topics: { sql: `${name}_sql`, mongodb: `${name}_mongodb` },
    },
  };
}

export interface FleetStatus {
  readonly applied: Readonly<Record<Side, number>>;
  /** Read and not written, held ones too. */
  readonly open: number;
  /** Whether each process that writes is at work. */
  readonly running: boolean;
  readonly cpuMs: { readonly capture: number; readonly writing: number };
  /** Of the largest process. */
  readonly rssBytes: number;
  readonly peakBytes: number;
}

export class Fleet implements AsyncDisposable {
  private constructor(
    private readonly config: ConfigInput,
    private capture: SyncProcess | null,
    private readonly writing: SyncProcess[],
  ) {}

  /** `workers` null: a single process, without Kafka. Resolves when all of them work. */
  static async start(config: ConfigInput, workers: number | null): Promise<Fleet> {
    if (workers === null) return new Fleet(config, null, [await SyncProcess.start({ kind: 'sync', config })]);
    const fleet = new Fleet(config, null, []);
    try {
      await fleet.startCapture();
      const started = Array.from({ length: workers }, () =>
        SyncProcess.start({ kind: 'sync', config, role: 'worker' }),
      );
      fleet.writing.push(...(await Promise.all(started)));
      await fleet.atWork();
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
    return fleet;
  }

  private async atWork(): Promise<void> {
    let states: readonly string[] = [];
    const working = async (): Promise<boolean> => {
      states = (await Promise.all(this.writing.map((one) => one.status()))).map(({ state }) => state);
      return states.every((state) => state === 'running');
    };
    await waitFor(working, { limitMs: startLimitMs, everyMs: 200, what: 'each worker to have its share' }).catch(
      (error: Error) => {
        throw new Error(`${error.message} They are ${states.join(', ')}.`);
      },
    );
  }

  async status(): Promise<FleetStatus> {
    const [capture, writing] = await Promise.all([
      this.capture?.status() ?? null,
      Promise.all(this.writing.map((one) => one.status())),
    ]);
    const all = capture === null ? writing : [capture, ...writing];
    const sum = (of: (report: SyncReport) => number): number => writing.reduce((whole, one) => whole + of(one), 0);
    const failed = all.find(({ state }) => state === 'failed');
    if (failed !== undefined) throw new Error(`a process failed: ${failed.lastError}`);
    return {
      applied: { sql: sum(({ applied }) => applied.sql), mongodb: sum(({ applied }) => applied.mongodb) },
      open: sum(({ pending, held }) => pending + held),
      running: writing.every(({ state }) => state === 'running'),
      cpuMs: { capture: capture?.cpuMs ?? 0, writing: sum(({ cpuMs }) => cpuMs) },
      rssBytes: Math.max(...all.map(({ rssBytes }) => rssBytes)),
      peakBytes: Math.max(...all.map(({ peakBytes }) => peakBytes)),
    };
  }

  /** What is changed from now on is a backlog in the source's log. */
  async stopCapture(): Promise<void> {
    await this.capture?.stop();
    this.capture = null;
  }

  async startCapture(): Promise<void> {
    this.capture = await SyncProcess.start({ kind: 'sync', config: this.config, role: 'capture' });
  }

  async settled(limitMs: number): Promise<void> {
    const all = await Promise.all(this.writing.map((one) => one.settled(limitMs)));
    if (!all.every(Boolean)) throw new Error(`not settled within ${limitMs} ms`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.writing.splice(0).map((one) => one.stop()));
    await this.stopCapture();
  }

  /** What has not stopped in order would keep the databases open. */
  async [Symbol.asyncDispose](): Promise<void> {
    const left = [...(this.capture === null ? [] : [this.capture]), ...this.writing.splice(0)];
    await Promise.all(left.map((one) => one.kill()));
    this.capture = null;
  }
}

/** Processor time of a process that is not ours, by the kernel's count in hundredths of a second; null where it does not tell. */
export function cpuMsOf(pid: number | null): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}
