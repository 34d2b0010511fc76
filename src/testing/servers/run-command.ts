/** Runs a program to its end within a limit of time. Must not know what the program is for. */
import { type SpawnOptions, spawn } from 'node:child_process';

export interface CommandOptions extends SpawnOptions {
  readonly limitMs: number;
}

/** How much of a program's output is kept: enough for a message, whatever it prints. */
const keptOutput = 64 * 1024;

/** Resolves with what the program printed; rejects with an error that ends in the last lines that it printed. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { limitMs, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limitMs);
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-keptOutput);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve(output);
      const why = late ? `no end within ${limitMs} ms` : `ended with ${signal ?? code}`;
      reject(new Error(`${command}: ${why}: ${lastLines(output)}`));
    });
  });
}

/** The last three lines that say something, in one line. */
export function lastLines(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(-3)
    .join(' | ');
}
