/** Sees that Java and Maven are there, with which the tests of Kafka fetch and run it. */
import { findJava } from '../src/testing/servers/java-program.js';
import { runCommand } from '../src/testing/servers/run-command.js';
import { ensureInstalled } from './apt.js';

/** Null if both are there; otherwise why one is not. */
export async function ensureKafka(): Promise<string | null> {
  if (!(await works(findJava))) {
    const missing = await ensureInstalled({ program: '/usr/bin/java', package: 'openjdk-17-jre-headless' });
    if (missing !== null) return `Java: ${missing}`;
  }
  if (await works(() => runCommand('mvn', ['--version'], { limitMs: 60_000 }))) return null;
  const missing = await ensureInstalled({ program: '/usr/bin/mvn', package: 'maven' });
  return missing === null ? null : `Maven: ${missing}`;
}

function works(attempt: () => Promise<unknown>): Promise<boolean> {
  return attempt().then(
    () => true,
    () => false,
  );
}
