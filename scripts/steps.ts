/** Runs programs one after another for the project's scripts. Must not know what they are for. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Where the project's code is. */
export const codeFolders = ['src', 'dashboard', 'test', 'bench', 'torture', 'scripts'].filter((folder) =>
  existsSync(folder),
);

/** Runs a program with our own input and output; resolves with its exit code, 1 if a signal ended it. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Quiet if it succeeds: says what it was and how long it took, and shows the output only of a failure. */
export function runStep({ name, command, args }: Step): Promise<boolean> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
      if (code !== 0) process.stdout.write(Buffer.concat(output));
      resolve(code === 0);
    });
  });
}
