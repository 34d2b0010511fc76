/**
 * Wrong usage and wrong configurations: what is said, and how it ends. In this process, since each start of another one
 * costs a second; that a real one behaves the same is shown once for each exit code.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CliResult, runCli } from '../testing/cli/cli-process.js';
import { freePort } from '../testing/servers/free-port.js';
import { runProgram } from './program.js';
import { makeStyle } from './terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'isthmus-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function run(args: readonly string[]): Promise<CliResult> {
  const printed = { out: [] as string[], err: [] as string[] };
  const terminal = {
    live: false,
    columns: 80,
    width: 120,
    style: makeStyle(false),
    out: (line: string) => printed.out.push(line),
    err: (line: string) => printed.err.push(line),
    draw: () => {},
  };
  const code = await runProgram(args, { terminal, env: {}, stopping: new AbortController().signal });
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  return { code, stdout: text(printed.out), stderr: text(printed.err) };
}

describe('a real process', () => {
  it.each([
    [['--version'], 0, ''],
    [['sttus'], 2, `usage: unknown command 'sttus'; did you mean "status"?\n  → See \`isthmus --help\`.\n`],
    [
      ['status', '--url', 'http://127.0.0.1:1'],
      3,
      'api_unreachable: No running process answers at http://127.0.0.1:1.\n  → ',
    ],
  ])('%j ends with %d', async (args, expected, says) => {
    const { code, stderr } = await runCli(args);
    expect(code).toBe(expected);
    expect(stderr.slice(0, says.length)).toBe(says);
    expect(stderr).not.toContain('\x1b[');
  });
});

describe('help', () => {
  it.each([
    ['--help'],
    ['demo', '--help'],
    ['init', '--help'],
    ['check', '--help'],
    ['prepare', '--help'],
    ['teardown', '--help'],
    ['run', '--help'],
    ['status', '--help'],
    ['pause', '--help'],
    ['resume', '--help'],
    ['conflicts', 'list', '--help'],
    ['conflicts', 'show', '--help'],
    ['conflicts', 'stats', '--help'],
    ['conflicts', 'replay', '--help'],
    ['explain', '--help'],
    ['advise', '--help'],
  ])('%s %s has examples and goes to stdout', async (...args) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('$ isthmus ');
  });

  it('has a version', async () => {
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong usage ends with 2', () => {
  it.each([
    [['sttus'], `usage: unknown command 'sttus'; did you mean "status"?`],
    [['run', '--logg-level', 'x'], `usage: unknown option '--logg-level'; did you mean "--log-level"?`],
    [['conflicts', 'lst'], `usage: unknown command 'lst'; did you mean "list"?`],
    [['conflicts', 'show'], `usage: missing required argument 'id'`],
    [['conflicts', 'replay'], `required option '--strategy <strategy>' not specified`],
    [['conflicts', 'replay', '--strategy', 'newest'], 'Allowed choices are lww, prefer_sql'],
    [['explain', 'public.users'], `missing required argument 'key'`],
    [['conflicts', 'list', '--kind', 'odd'], 'Allowed choices are write_write'],
    [['demo', '--seconds', '-3'], 'It must be a whole number above 0'],
    [['demo', '--rows', '1e3'], 'It must be a whole number above 0'],
    [['init', '--sql', 'postgres://h/x'], "required option '--mongodb <url>' not specified"],
    [['init', '--sql', 'postgres://h/x', '--mongodb', 'mongodb://h'], 'The MongoDB URL names no database.'],
    [['status', 'extra'], 'too many arguments'],
    [[], 'Usage: isthmus'],
    [['conflicts'], 'Usage: isthmus conflicts'],
  ])('%j', async (args, says) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
  });
});

describe('a configuration that cannot be used ends with 2', () => {
  const base =
    'sql: { url: "postgres://127.0.0.1/x" }\nmongodb: { url: "mongodb://127.0.0.1/", database: x }\nentities: [{ table: public.a }]\n';

  it.each(['check', 'prepare', 'teardown', 'run', 'status', 'pause', 'advise'])(
    '%s names the file that is not there',
    async (command) => {
      const { code, stderr } = await run([command, '-c', join(folder, 'none.yaml')]);
      expect(code).toBe(2);
      expect(stderr).toContain('configuration_invalid: ');
      expect(stderr).toContain('none.yaml cannot be read (ENOENT)');
      expect(stderr).toContain('→ Name the file with -c FILE');
    },
  );

  it('names the wrong key, its line and the right one', async () => {
    const { code, stderr } = await run(['run', '-c', file('bad.yaml', `${base}aply: {}\n`)]);
    expect(code).toBe(2);
    expect(stderr).toContain('bad.yaml:4: aply is not a known key; did you mean "apply"?');
  });

  it('refuses what this version lacks', async () => {
    const { code, stderr } = await run(['run', '-c', file('window.yaml', `${base}detection: window\n`)]);
    expect(code).toBe(2);
    expect(stderr).toContain('not available in this version');
  });
});

describe('what does not answer ends with 3', () => {
  it.each(['check', 'prepare', 'run', 'advise'])('%s without PostgreSQL', async (command) => {
    const port = await freePort();
    const text = `sql: { url: "postgres://u:hunter2@127.0.0.1:${port}/x" }\nmongodb: { url: "mongodb://127.0.0.1/", database: x }\nentities: [{ table: public.a }]\n`;
    const { code, stdout, stderr } = await run([command, '-c', file(`${command}.yaml`, text)]);
    expect(stderr).toContain('sql_unreachable: ');
    expect(stderr).toContain('→ ');
    expect(stdout + stderr).not.toContain('hunter2');
    expect(code).toBe(3);
  });

  it.each([
    ['status'],
    ['pause'],
    ['resume'],
    ['conflicts', 'list'],
    ['conflicts', 'show', 'x'],
    ['conflicts', 'stats'],
    ['explain', 'public.users', '1'],
  ])('%s %s without a running process', async (...args) => {
    const { code, stderr } = await run([...args, '--url', `http://127.0.0.1:${await freePort()}`]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^api_unreachable: No running process answers at http/);
  });
});
