/** Captures and shares of one process over the Kafka transport, made of the parts that an engine has anyway. */
import { randomUUID } from 'node:crypto';
import type { Config } from '../../config/schema.js';
import type { KafkaTransport } from '../../kafka/open.js';
import { partitionOf } from '../../kafka/partition.js';
import { PartitionSource } from '../../kafka/partition-source.js';
import type { WorkerGroup } from '../../kafka/worker-group.js';
import type { RecordRef } from '../../model/record.js';
import { captureRole, type Division, ownersOfLanes, shareName, splitMark } from '../../model/share.js';
import { sides as bothSides, type Side } from '../../model/side.js';
import type { ChangeSource } from '../../ports/change-source.js';
import type { CourseStore } from '../../ports/course-store.js';
import type { SideStore } from '../../ports/side-store.js';
import { Relay } from '../../relay/relay.js';
import { Engine, type EngineParts } from '../../sync/engine.js';
import { fixedCourse } from '../../sync/following.js';
import { ShareCourse } from '../../sync/share-course.js';
import { type OpenSides, ownSource } from '../sides.js';
import { keepUnreadable } from './keep-unreadable.js';
import { stillKept } from './layout.js';
import { debeziumSource, isDebezium } from './open-debezium.js';
import { openEnvelopes } from './open-envelopes.js';
import type { Role } from './roles.js';
import { shapeOf } from './share-questions.js';
import type { Share } from './share-slot.js';
import { ShareStore } from './share-store.js';
import { shareWork } from './share-work.js';
import { SharedEngine } from './shared-engine.js';

export interface SharedOptions {
  readonly config: Config;
  readonly role: Role;
  readonly division: Division;
  readonly sides: OpenSides;
  readonly transport: KafkaTransport;
  readonly engine: Omit<EngineParts, 'conflicts' | 'courses' | 'sides'>;
}

export function openShared(options: SharedOptions): SharedEngine {
  const { config, engine, role, transport } = options;
  const { clock, log } = engine;
  const { partitions } = config.transport;
  const shareOf = (ref: RecordRef): number => partitionOf(ref, partitions);
  const { board, conflicts, mailbox, unreadable } = options.sides.mongodb;
  const parts: SharedParts = { ...options, sources: sourcesOf(options), kept: () => stillKept(board, config) };
  let group: WorkerGroup | null = null;
  return new SharedEngine({
    shares: partitions,
    shareOf,
    open: (share) => openShare({ ...parts, share, shareOf, group: group as WorkerGroup }),
    membership:
      role === 'capture'
        ? null
        : (onAssigned) => {
            group = transport.group(onAssigned);
            return group;
          },
    captures: role === 'worker' ? [] : bothSides.map((side) => captureOf(parts, parts.sources[side])),
    course: config.lifecycle ? options.sides.mongodb.migration : config.direction,
    ends: (side) => transport.ends(side),
    mark: (side, id) => options.sides[side].store.mark(id),
    owner: `${role}-${randomUUID().slice(0, 8)}`,
    shape: shapeOf(options.sides.entities),
    mailbox,
    board,
    kept: parts.kept,
    conflicts,
    unreadable,
    clock,
    log,
  });
}

type Sources = Readonly<Record<Side, ChangeSource>>;

interface SharedParts extends SharedOptions {
  readonly sources: Sources;
  /** Throws once the records are divided otherwise than this process takes them to be. */
  readonly kept: () => Promise<void>;
}

/** Who reads SQL's log itself, or what a connector says of it. */
function sourcesOf({ config, sides, transport, engine }: SharedOptions): Sources {
  const { clock, log } = engine;
  const sql = isDebezium(config) ? debeziumSource({ config, sides, transport, clock, log }) : ownSource(sides.sql);
  return { sql, mongodb: sides.mongodb.source };
}

function captureOf({ config, division, sides, transport, engine, kept }: SharedParts, source: ChangeSource): Relay {
  const { clock, log } = engine;
  const { side } = source;
  const { entities } = sides;
  const how = { division: division.former.length, shareOfMark: splitMark, ownerOfLane: ownersOfLanes(division) };
  return new Relay({
    source,
    role: captureRole(side, division),
    mayHave: kept,
    // A slot has one reader; a change stream and a topic have any number.
    endReader: () => (source === sides.sql.source ? sides.sql.endReader() : Promise.resolve()),
    openPublisher: () =>
      transport.publisher(side, { ...how, envelope: openEnvelopes(config, { source, entities, clock }) }),
    leases: sides.mongodb.leases,
    owner: randomUUID(),
    clock,
    log,
  });
}

interface ShareOptions extends SharedParts {
  readonly share: number;
  readonly shareOf: (ref: RecordRef) => number;
  readonly group: WorkerGroup;
}

function openShare(options: ShareOptions): Share {
  const { config, division, sides, sources, engine, share, shareOf, group, kept } = options;
  const name = shareName(config.name, share, division);
  const cut = new AbortController();
  const { partitions, topics } = config.transport;
  const isMine = (ref: RecordRef): boolean => shareOf(ref) === share;
  const stores: Record<Side, SideStore> = { sql: sides.sql.share(name), mongodb: sides.mongodb.share(name) };
  const partOf = (side: Side): EngineParts['sides'][Side] => ({
    source: new PartitionSource({
      side,
      topic: topics[side],
      partition: share,
      division: division.former.length,
      entities: sides.entities,
      feed: group.feed(side, share),
      cut: cut.signal,
      order: (position) => sources[side].order(position),
      unreadable: keepUnreadable(sides.mongodb.unreadable, engine.log, 'a topic'),
    }),
    store: new ShareStore({ all: sides[side].store, own: stores[side], share, shares: partitions, isMine, kept }),
  });
  const own = sides.mongodb.shareWork(name);
  const course = config.lifecycle
    ? new ShareCourse({ common: sides.mongodb.migration, own: sides.mongodb.shareCourse(name) })
    : null;
  const courses: CourseStore = course ?? fixedCourse(config.direction);
  return {
    course,
    engine: new Engine({
      ...engine,
      courses,
      sides: { sql: partOf('sql'), mongodb: partOf('mongodb') },
      conflicts: shareWork({ all: sides.mongodb.conflicts, own, isMine }),
    }),
    interrupt: () => {
      cut.abort();
      for (const side of bothSides) group.feed(side, share).close();
    },
    close: async () => void (await Promise.all(bothSides.map((side) => stores[side].close()))),
  };
}
