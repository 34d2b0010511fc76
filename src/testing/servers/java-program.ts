/** Finds a Java that runs Kafka. Must not know what is run with it. */
import { join } from 'node:path';
import { IsthmusError } from '../../base/errors.js';
import { runCommand } from './run-command.js';

/** Kafka 4 runs its broker on 17 or later. */
const leastMajor = 17;
const remedy = `Install Java ${leastMajor} or later (Debian: apt-get install openjdk-17-jre-headless), or set JAVA_HOME.`;

/** The program's path: of JAVA_HOME if it is set, else from the PATH. */
export async function findJava(): Promise<string> {
  const home = process.env['JAVA_HOME'];
  const java = home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
  let output: string;
  try {
    output = await runCommand(java, ['-version'], { limitMs: 20_000 });
  } catch (cause) {
    const message = `No Java was found (tried ${java}): ${(cause as Error).message}`;
    throw new IsthmusError('embedded_server_failed', { message, remedy, cause });
  }
  const major = javaMajor(output);
  if (major === null || major < leastMajor)
    throw new IsthmusError('embedded_server_failed', {
      message: `${java} is Java ${major ?? 'of an unknown version'}; Kafka needs ${leastMajor} or later.`,
      remedy,
    });
  return java;
}

/** From what `java -version` prints: `openjdk version "17.0.15" …`, or `"1.8.0_392"` before 9. */
export function javaMajor(output: string): number | null {
  const found = /version "(\d+)(?:\.(\d+))?/.exec(output);
  if (found === null) return null;
  return Number(found[1] === '1' && found[2] !== undefined ? found[2] : found[1]);
}
