/** For tests: a topic of one partition on a real broker, made, and read as a log. */
import { silentLogger } from '../base/logger.js';
import { loadDriver } from '../kafka/client.js';
import { TopicLog } from '../kafka/topic-log.js';
import { waitFor } from './wait-for.js';

const limitMs = 90_000;

export async function makeTopic(broker: string, topic: string): Promise<TopicLog> {
  const log = silentLogger;
  const driver = await loadDriver({ brokers: [broker], clientId: topic, tls: false, sasl: null, log });
  const admin = driver.kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
  const there = (): Promise<boolean> =>
    admin.fetchTopicOffsets(topic).then(
      () => true,
      () => false,
    );
  await waitFor(there, { what: `the topic ${topic}`, limitMs });
  await admin.disconnect();
  return new TopicLog({ driver, topic, groupId: topic, log });
}
