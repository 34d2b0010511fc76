/**
 * One change stream cursor, driven by commands on one explicit session with raw replies: the driver's own `watch` fails with raw, and decodes
 * what we then encode again. Tokens are ours. Must not know entities.
 */
import type { ClientSession, Long, MongoClient } from 'mongodb';
import type { Position } from '../model/change.js';
import { progressCollection } from './names.js';
import type { OwnReading } from './own-writes.js';
import { tokenOf } from './position.js';
import { rawDocuments, readReply } from './raw-reply.js';

/** Events in one reply: enough to spread the cost of a round trip, and a bound on memory. */
const batchSize = 2000;

export interface StreamBatch {
  readonly events: readonly Buffer[];
  /** Up to here the log holds nothing more for this stream; the last event's own position if the reply was full. */
  readonly upTo: Position;
  /** As many events as a reply may have: more are there. */
  readonly full: boolean;
  /** The server has closed the cursor (after an `invalidate`). */
  readonly closed: boolean;
}

export interface StreamOptions {
  readonly client: MongoClient;
  readonly database: string;
  readonly collections: readonly string[];
  /** Null: from now. */
  readonly from: Position | null;
  readonly split: boolean;
  /** What transactions of these sessions committed since then is left out, but for their progress documents; null: nothing. */
  readonly without: OwnReading['without'];
  /** Default: both. Less, to get at an event that is too large to be read whole. */
  readonly images?: 'both' | 'before' | 'after' | 'none';
}

export class ChangeStreamCursor {
  private constructor(
    private readonly options: StreamOptions,
    private readonly session: ClientSession,
    private readonly id: Long,
    /** Where the stream begins. */
    readonly begin: Position,
  ) {}

  static async open(options: StreamOptions): Promise<ChangeStreamCursor> {
    const session = options.client.startSession({ causalConsistency: false });
    try {
      const command = {
        aggregate: 1,
        pipeline: pipelineOf(options),
        cursor: { batchSize: 0 },
        readConcern: { level: 'majority' },
      };
      const reply = await options.client
        .db(options.database)
        .command(command, { session, ...rawDocuments, readPreference: 'primary' });
      const batch = readReply(reply);
      return new ChangeStreamCursor(options, session, batch.id, batch.upTo);
    } catch (error) {
      await session.endSession();
      throw error;
    }
  }

  /** The next events; waits for them up to `awaitMs`. */
  async next(awaitMs: number, size = batchSize): Promise<StreamBatch> {
    const command = { getMore: this.id, collection: '$cmd.aggregate', batchSize: size, maxTimeMS: awaitMs };
    const reply = await this.options.client
      .db(this.options.database)
      .command(command, { session: this.session, ...rawDocuments });
    const { documents, upTo, id } = readReply(reply);
    return { events: documents, upTo, full: documents.length === size && !id.isZero(), closed: id.isZero() };
  }

  async close(): Promise<void> {
    try {
      await this.options.client
        .db(this.options.database)
        .command({ killCursors: '$cmd.aggregate', cursors: [this.id] });
    } catch {
      // The cursor or the server is gone already: the server ends idle cursors by itself.
    }
    await this.session.endSession();
  }
}

const wanted = 'whenAvailable';
/** What is asked for, and what is left out of the event on its way. */
const imageStages = {
  both: [{ fullDocument: wanted, fullDocumentBeforeChange: wanted }],
  before: [{ fullDocumentBeforeChange: wanted }, { $project: { fullDocumentBeforeChange: 1 } }],
  after: [{ fullDocument: wanted }, { $project: { updateDescription: 0 } }],
  none: [{}, { $project: { operationType: 1, ns: 1, documentKey: 1 } }],
} as const;

function pipelineOf({ collections, from, split, without, images }: StreamOptions): object[] {
  const names = [...collections, progressCollection];
  const [asked, ...project] = imageStages[images ?? 'both'];
  return [
    { $changeStream: { ...asked, ...(from === null ? {} : { startAfter: tokenOf(from) }) } },
    {
      $match: {
        $or: [
          { 'ns.coll': { $in: names } },
          { 'to.coll': { $in: names } },
          { operationType: { $in: ['invalidate', 'dropDatabase'] } },
        ],
      },
    },
    // The server looks for no image of what this leaves out.
    ...(without === null
      ? []
      : [
          {
            $match: {
              $or: [
                { 'lsid.id': { $nin: without.sessions } },
                { clusterTime: { $lte: without.since } },
                { 'ns.coll': progressCollection },
              ],
            },
          },
        ]),
    ...project,
    ...(split ? [{ $changeStreamSplitLargeEvent: {} }] : []),
  ];
}
