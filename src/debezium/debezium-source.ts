/**
 * A side's log as a Debezium connector tells it, as a `ChangeSource`: the topic is the log, and what the connector tells again after
 * a restart is left out. Must not know a broker, nor a database's driver.
 */
import { IsthmusError } from '../base/errors.js';
import type { Position } from '../model/change.js';
import type { ChangeReader, ChangeSource } from '../ports/change-source.js';
import { DebeziumReader } from './debezium-reader.js';
import { formatPlace, parsePlace } from './position.js';
import { waitForProbe } from './probe.js';
import { inexactColumns } from './row-reader.js';
import type { DebeziumSourceOptions } from './source-options.js';
import { TopicDecoder } from './topic-decoder.js';

/** Changes of a part of a large transaction. */
const partSize = 2_000;

export class DebeziumSource implements ChangeSource {
  readonly side = 'sql';

  constructor(private readonly options: DebeziumSourceOptions) {}

  /** Beyond the last whole transaction where one is open: the next commit stands further on. */
  order(position: Position): bigint {
    const { commit, open } = parsePlace(position);
    return this.options.connector.dialect.orderOf(commit) + (open === null ? 0n : 1n);
  }

  /** The topic is the sync's alone, so all that is in it counts. Throws `debezium_silent` where the connector does not tell of what is written now. */
  async begin(): Promise<Position> {
    this.assertExact();
    const { low, high } = await this.options.topic.bounds();
    await waitForProbe(this.options, high);
    return formatPlace({ next: low, commit: '', open: null });
  }

  async open(from: Position): Promise<ChangeReader> {
    this.assertExact();
    const { topic, clock, unreadable } = this.options;
    const place = parsePlace(from);
    const look = await this.options.lookAtTables();
    const decoder = new TopicDecoder({ ...this.options, asOf: look.asOf, from: place, partSize });
    const reader = await topic.open(place.next);
    return new DebeziumReader({ topic: topic.topic, reader, decoder, look, from, clock, unreadable });
  }

  private assertExact(): void {
    const [first, ...others] = inexactColumns(this.options.entities, this.options);
    if (first === undefined) return;
    throw new IsthmusError('debezium_unfit', {
      message: `${first.table}.${first.column} does not come through Debezium as it is: ${first.why}${others.length === 0 ? '' : `; so do ${others.length} other columns`}.`,
      remedy: first.remedy,
    });
  }
}
