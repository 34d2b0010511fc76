/** Runs the `isthmus` command as a real process, for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { programArguments } from '../program.js';
import { waitFor } from '../wait-for.js';

const main = programArguments(new URL('../../cli/main.ts', import.meta.url));

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class CliProcess {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;

  constructor(args: readonly string[], { env = {}, cwd }: CliOptions = {}) {
    this.child = spawn(process.execPath, [...main, ...args], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code) => resolve(code));
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for a text on stderr. */
  async says(text: string, limitMs = 30_000): Promise<void> {
    await waitFor(() => this.stderr.includes(text) || this.child.exitCode !== null, {
      what: `"${text}" on stderr`,
      limitMs,
    });
    if (!this.stderr.includes(text)) throw new Error(`ended without saying "${text}":\n${this.stderr}`);
  }

  async end(): Promise<CliResult> {
    const code = await this.ended;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}

export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return new CliProcess(args, options).end();
}
