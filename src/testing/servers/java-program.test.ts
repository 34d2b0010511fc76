import { expect, test, vi } from 'vitest';
import { findJava, javaMajor } from './java-program.js';

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_392"\nJava(TM) SE Runtime Environment', 8],
  ['Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21" 2023-09-19', 21],
  ['bash: java: command not found', null],
])('the version of %j', (output, major) => {
  expect(javaMajor(output)).toBe(major);
});

test('where there is none the message names what was tried, and the remedy what to do', async () => {
  vi.stubEnv('JAVA_HOME', '/nowhere');
  try {
    await expect(findJava()).rejects.toMatchObject({
      code: 'embedded_server_failed',
      message: expect.stringContaining('/nowhere/bin/java') as string,
      remedy: expect.stringContaining('JAVA_HOME') as string,
    });
  } finally {
    vi.unstubAllEnvs();
  }
});
