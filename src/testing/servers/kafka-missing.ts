/** Whether Kafka can be run here, for tests that need it. */
import { findJava } from './java-program.js';
import { findKafkaJars } from './kafka-jars.js';

/** Null: it can. Else why not, which is also printed: a test that is skipped is to be no riddle. */
export async function kafkaMissing(...kinds: readonly Parameters<typeof findKafkaJars>[0][]): Promise<string | null> {
  const missing = await Promise.all([findJava(), ...kinds.map((kind) => findKafkaJars(kind))]).then(
    () => null,
    (error: Error) => error.message,
  );
  if (missing !== null) console.log(`Kafka is not tested: ${missing}`);
  return missing;
}
