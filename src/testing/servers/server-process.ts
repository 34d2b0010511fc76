/**
 * A server as a child process that cannot outlive us, and that can be killed and started again.
 * Must not know which server it is.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { IsthmusError } from '../../base/errors.js';
import { lastLines } from './run-command.js';

export interface ServerCommand {
  /** For messages: `PostgreSQL`, `mongod`. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Run as this user; null: as ourselves. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
  readonly logFile: string;
  /** Asks the server to end at once but in good order. */
  readonly stopSignal: NodeJS.Signals;
  /** What the watchdog removes if we die; null: nothing. */
  readonly removeFolder: string | null;
}

/**
 * Waits for our end of the pipe to close, which happens however we die, then ends the server ($1) and removes its
 * folder ($3). It stands in a session of its own, so that Ctrl-C in a terminal does not reach it. A word on the pipe
 * means that the server has ended by itself.
 */
const watchdogScript = `
read -r word && exit 0
kill -CONT "$1" 2>/dev/null; kill -"$2" "$1" 2>/dev/null
tries=0
while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
kill -KILL "$1" 2>/dev/null
[ -z "$3" ] || rm -rf -- "$3"`;

const stopLimitMs = 10_000;

export class ServerProcess {
  #child: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(readonly command: ServerCommand) {}

  /** Null while it does not run. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Starts the process; that it answers is for the caller to find out. */
  async spawn(): Promise<void> {
    if (this.#child !== null) return;
    const { name, program, args, env, user, logFile } = this.command;
    const log = openSync(logFile, 'a');
    // A session of its own: Ctrl-C must reach us first, so that we can end it in order.
    const child = spawn(program, args, { env, stdio: ['ignore', log, log], detached: true, ...(user ?? {}) });
    closeSync(log);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => {
        reject(
          new IsthmusError('embedded_server_failed', {
            message: `${name} could not be started: ${cause.message}`,
            cause,
          }),
        );
      });
    });
    this.#child = child;
    const watchdog = this.#watch(child.pid as number);
    this.#ended = new Promise((resolve) => {
      child.once('exit', () => {
        this.#child = null;
        watchdog.stdin?.end('ended\n');
        resolve();
      });
    });
    // A server that nobody stopped must not keep our process alive: the watchdog ends it.
    child.unref();
  }

  /** SIGSTOP and SIGCONT return at once; every other signal waits until the process has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    child.ref();
    child.kill(signal);
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') child.unref();
    else await this.#ended;
  }

  /** Ends it in order, or by force if it takes too long. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    child.kill('SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
    await this.kill(this.command.stopSignal);
    clearTimeout(timer);
  }

  /** What the server said last, for a message. */
  lastWords(): string {
    try {
      return lastLines(readFileSync(this.command.logFile, 'utf8').slice(-4096));
    } catch {
      return 'it left no log';
    }
  }

  #watch(pid: number): ChildProcess {
    const { stopSignal, removeFolder } = this.command;
    const args = ['-c', watchdogScript, 'isthmus-watchdog', String(pid), stopSignal.slice(3), removeFolder ?? ''];
    const watchdog = spawn('/bin/sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    // It may have ended before it reads our word.
    watchdog.on('error', () => undefined);
    watchdog.stdin?.on('error', () => undefined);
    watchdog.unref();
    (watchdog.stdin as unknown as { unref?: () => void } | null)?.unref?.();
    return watchdog;
  }
}
