/** One `isthmus run`, compiled, as a process of its own with a log file. Must not know why it is started or ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigInput } from '../../src/index.js';
import { freePort } from '../../src/testing/servers/free-port.js';
import { runCommand } from '../../src/testing/servers/run-command.js';

export interface Program {
  /** What was compiled of the checkout. */
  readonly main: string;
  /** Configurations and logs. */
  readonly folder: string;
  readonly config: ConfigInput;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The error's code that it printed last; null: none. */
  readonly error: string | null;
}

interface Circumstance {
  /** POINT:N, where it kills itself; null: nowhere. */
  readonly fault: string | null;
  /** Of its API; null: any free one. */
  readonly port: number | null;
}

/** Users who write all the time leave little to save without a write: a process that is to end in a save, which comes with a heartbeat, tries often. */
const soonMs = 200;

/** Of what it says, as much as is searched for the last error. */
const keptOutput = 4_000;

export class SyncProcess {
  /** Signals that we sent, so that an end can be told from one that nobody asked for. */
  readonly sent = new Set<NodeJS.Signals>();
  readonly ended: Promise<Ended>;
  /** Where its API answers. */
  readonly url: string;
  readonly port: number;
  private said = '';
  private over = false;
  private syncing = false;

  private constructor(
    readonly name: string,
    /** The point at which it kills itself; null: none. */
    readonly armed: string | null,
    private readonly child: ChildProcess,
    { port, logFile }: { readonly port: number; readonly logFile: string },
  ) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    const log = createWriteStream(logFile);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log.write(text);
      this.said = (this.said + text).slice(-keptOutput);
      if (text.includes('"msg":"syncing"')) this.syncing = true;
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.over = true;
        log.end();
        resolve({ code, signal, error: lastError(this.said) });
      });
    });
  }

  /** Does not wait until it syncs. */
  static async start(program: Program, name: string, { fault, port: given }: Circumstance): Promise<SyncProcess> {
    const port = given ?? (await freePort());
    const file = await writeConfig(program, name, port);
    const child = spawn(process.execPath, [program.main, 'run', '-c', file, '--log-level', 'info'], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        NO_COLOR: '1',
        ISTHMUS_FAULT: fault ?? '',
        ISTHMUS_HEARTBEAT_MS: fault?.startsWith('save.') === true ? `${soonMs}` : '',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const logFile = join(program.folder, `${name}.log`);
    return new SyncProcess(name, fault, child, { port, logFile });
  }

  get pid(): number | undefined {
    return this.over ? undefined : this.child.pid;
  }

  get isOver(): boolean {
    return this.over;
  }

  /** It has once said that it syncs. */
  get hasSynced(): boolean {
    return this.syncing;
  }

  signal(name: NodeJS.Signals): void {
    this.sent.add(name);
    this.child.kill(name);
  }
}

/** Another command of the product, with the same configuration; resolves with what it printed. */
export async function runCommandOf(program: Program, args: readonly string[], limitMs: number): Promise<string> {
  const [command = '', ...rest] = args;
  const file = await writeConfig(program, 'operator', await freePort());
  return runCommand(process.execPath, [program.main, command, '-c', file, ...rest], {
    limitMs,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' },
  });
}

async function writeConfig({ folder, config }: Program, name: string, port: number): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  // JSON is YAML.
  const whole = { ...config, api: { ...config.api, listen: `127.0.0.1:${port}` } };
  await writeFile(file, JSON.stringify(whole, null, 2), { mode: 0o600 });
  return file;
}

/** Errors are printed as `code: what`, between log lines that are JSON. */
export function lastError(said: string): string | null {
  const found = [...said.matchAll(/^([a-z]+(?:_[a-z]+)*): /gm)];
  return found.at(-1)?.[1] ?? null;
}
