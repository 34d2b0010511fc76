import { expect, test } from 'vitest';
import { countTests } from './test-counts.js';

function report(...files: { status: string; tests: string[] }[]): string {
  const all = files.flatMap((file) => file.tests);
  return JSON.stringify({
    numPassedTests: all.filter((status) => status === 'passed').length,
    numFailedTests: all.filter((status) => status === 'failed').length,
    testResults: files.map((file) => ({
      status: file.status,
      assertionResults: file.tests.map((status) => ({ status, fullName: `a ${status} test` })),
    })),
  });
}

test('counts what passed, failed and was skipped', () => {
  const text = report(
    { status: 'failed', tests: ['passed', 'failed', 'skipped'] },
    { status: 'passed', tests: ['passed'] },
  );
  expect(countTests(text, 1)).toEqual({ passed: 2, failed: 1, skipped: 1, skippedNames: ['a skipped test'] });
});

test('a file that does not load is a failure', () => {
  expect(countTests(report({ status: 'failed', tests: [] }, { status: 'passed', tests: ['passed'] }), 1).failed).toBe(
    1,
  );
});

test('an exit code without a failed test is a failure, and so is a run without a report', () => {
  expect(countTests(report({ status: 'passed', tests: ['passed'] }), 1).failed).toBe(1);
  expect(countTests('', 0)).toMatchObject({ passed: 0, failed: 1 });
});
