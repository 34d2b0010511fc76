/** The programs of Kafka, Connect and Debezium, from Maven Central, once, into our cache. Must not start any of them. */
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IsthmusError } from '../../base/errors.js';
import { cacheFolder } from './mongod-cache.js';
import { runCommand } from './run-command.js';

export const kafkaVersion = '4.0.0';
export const debeziumVersion = '3.2.0.Final';

const logging = 'org.slf4j:slf4j-reload4j:1.7.36';

/** What is on the class path of each program, as `group:artefact:version`, without what these ask for themselves. */
const parts = {
  broker: [`org.apache.kafka:kafka_2.13:${kafkaVersion}`, logging],
  connect: [
    ...['connect-runtime', 'connect-json', 'connect-transforms'].map(
      (name) => `org.apache.kafka:${name}:${kafkaVersion}`,
    ),
    ...['postgres', 'mariadb', 'mongodb', 'jdbc'].map(
      (name) => `io.debezium:debezium-connector-${name}:${debeziumVersion}`,
    ),
    logging,
  ],
} as const;

export type KafkaPart = keyof typeof parts;

const downloadLimitMs = 600_000;

/** The folder with the jars of a part; the first time they are downloaded. */
export async function findKafkaJars(
  part: KafkaPart,
  tell: (message: string) => void = () => undefined,
): Promise<string> {
  const pom = pomOf(parts[part]);
  const folder = join(cacheFolder(), `kafka-${part}-${createHash('sha256').update(pom).digest('hex').slice(0, 12)}`);
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  if (there) return folder;
  await requireMaven();
  tell(`Downloading the jars of Kafka's ${part} once, from Maven Central (up to 90 MB)`);
  await download(pom, folder);
  return folder;
}

/** A project that has dependencies and nothing else. */
export function pomOf(dependencies: readonly string[]): string {
  const each = dependencies.map((one) => {
    const [group, artefact, version] = one.split(':');
    return `    <dependency><groupId>${group}</groupId><artifactId>${artefact}</artifactId><version>${version}</version></dependency>`;
  });
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0">',
    '  <modelVersion>4.0.0</modelVersion>',
    '  <groupId>isthmus</groupId><artifactId>servers-for-tests</artifactId><version>1</version>',
    '  <dependencies>',
    ...each,
    '  </dependencies>',
    '</project>',
    '',
  ].join('\n');
}

async function requireMaven(): Promise<void> {
  try {
    await runCommand('mvn', ['--version'], { limitMs: 60_000 });
  } catch (cause) {
    throw new IsthmusError('embedded_server_failed', {
      message: `Kafka's jars are not in ${cacheFolder()}, and there is no Maven to fetch them: ${(cause as Error).message}`,
      remedy: 'Install Maven (Debian: apt-get install maven). It is needed once.',
      cause,
    });
  }
}

/** Into a draft that is moved into place in one step: two processes may do so at once, and half a download is none. */
async function download(pom: string, folder: string): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  const draft = await mkdtemp(join(cacheFolder(), 'draft-'));
  try {
    await writeFile(join(draft, 'pom.xml'), pom);
    const jars = join(draft, 'jars');
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${jars}`];
    await runCommand('mvn', ['--batch-mode', '--quiet', ...goal], { cwd: draft, limitMs: downloadLimitMs });
    await rename(jars, folder).catch((error: NodeJS.ErrnoException) => {
      // Another process was quicker.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } catch (cause) {
    throw new IsthmusError('embedded_server_failed', {
      message: `Maven could not fetch Kafka's jars: ${(cause as Error).message}`,
      remedy: 'See that Maven Central can be reached; a proxy or a mirror is set in ~/.m2/settings.xml.',
      cause,
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
