/** The demo as the README runs it: a real process with servers of its own, whose report is that both sides are equal. */
import { expect, it } from 'vitest';
import { CliProcess, runCli } from '../src/testing/cli/cli-process.js';

it('ends with both sides equal after colliding writes', async () => {
  const { code, stdout, stderr } = await runCli(['demo', '--seconds', '3', '--rows', '2000', '--json']);
  const report = JSON.parse(stdout) as Record<string, number | boolean> & {
    conflicts: { total: number; byKind: object };
  };
  expect(report).toMatchObject({ equal: true, different: 0, deadLetters: 0 });
  expect(report.conflicts.total).toBeGreaterThan(10);
  expect(Object.keys(report.conflicts.byKind)).toContain('write_write');
  expect(report['collidingWrites']).toBeGreaterThan(100);
  expect(report['compared']).toBeGreaterThan(2000);
  expect(stderr).not.toContain('\x1b[');
  expect(code).toBe(0);
});

it('stops all of it at SIGINT, with a report', async () => {
  const demo = new CliProcess(['demo', '--rows', '1000']);
  await demo.says('Loaded');
  demo.kill('SIGINT');
  const { code, stderr, stdout } = await demo.end();
  // Told before the writers began there is nothing to report.
  if (stderr.includes('Comparing every record'))
    expect([code, stdout.includes('Both sides are equal')]).toEqual([0, true]);
  else expect(code).toBe(1);
});
