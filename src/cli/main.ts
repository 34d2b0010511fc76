#!/usr/bin/env node
/** The `isthmus` command: hands arguments, streams and signals to the program. */
import { runProgram } from './program.js';
import { makeTerminal } from './terminal.js';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second one ends a stop that hangs.
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
  });
}
// A reader that went away (`isthmus … | head`) is no error.
process.stdout.on('error', () => process.exit(0));

const terminal = makeTerminal({ stdout: process.stdout, stderr: process.stderr, env: process.env });
process.exit(await runProgram(process.argv.slice(2), { terminal, env: process.env, stopping: stopping.signal }));
