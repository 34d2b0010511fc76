/** Reads vitest's JSON report. Must not run anything. */

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly skippedNames: readonly string[];
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** A run that failed without a failed test (a file that does not load, a rejection that nobody caught) counts as one failure. */
export function countTests(text: string, exitCode: number): TestCounts {
  if (text === '') return { passed: 0, failed: 1, skipped: 0, skippedNames: [] };
  const report = JSON.parse(text) as Report;
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(isFailed),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  const skippedNames = report.testResults.flatMap((file) =>
    file.assertionResults.filter(isSkipped).map((each) => each.fullName),
  );
  return {
    passed: report.numPassedTests,
    failed: exitCode !== 0 && failed === 0 ? 1 : failed,
    skipped: skippedNames.length,
    skippedNames,
  };
}

function isFailed(each: { readonly status: string }): boolean {
  return each.status === 'failed';
}

function isSkipped(each: { readonly status: string }): boolean {
  return each.status !== 'passed' && each.status !== 'failed';
}
