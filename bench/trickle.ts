/**
 * A few new records a second on each side, in a table of their own, and how long each took to the other side: what users feel while
 * something else fills the logs. Must not know what that is.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Long } from 'mongodb';
import { otherSide, type Side, sides } from '../src/model/side.js';
import { mongoCommits, sqlCommits } from './commit-times.js';
import type { World } from './world.js';

export const trickleTable = 'public.trickle';
export const trickleSchema = 'create table trickle (id bigint primary key, n integer not null)';
const name = 'trickle';
/** On each side. */
const perSecond = 50;
/** An hour's: a bound, not an aim. */
const most = perSecond * 3600;

export interface Crossing {
  readonly from: Side;
  readonly sentMs: number;
  readonly tookMs: number;
}

export class Trickle {
  private stopped = false;
  private readonly running: Promise<unknown>;
  private readonly sent: Record<Side, number> = { sql: 0, mongodb: 0 };
  private readonly sinceMs = Date.now();

  constructor(private readonly world: World) {
    this.running = Promise.all(sides.map((side) => this.run(side)));
  }

  async end(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Once all have crossed, by the servers' own times. */
  async crossings(): Promise<readonly Crossing[]> {
    const at = {
      sql: await sqlCommits(this.world, name),
      mongodb: await mongoCommits(this.world, { sinceMs: this.sinceMs - 1000, collection: name }),
    };
    return sides.flatMap((from) =>
      Array.from({ length: this.sent[from] }, (_, index) => {
        const id = idOf(from, index);
        const [sentMs, arrivedMs] = [at[from].get(id), at[otherSide(from)].get(id)];
        if (sentMs === undefined || arrivedMs === undefined)
          throw new Error(`record ${id} of ${name} has no commit time on both sides`);
        return { from, sentMs, tookMs: arrivedMs - sentMs };
      }),
    );
  }

  private async run(side: Side): Promise<void> {
    const began = performance.now();
    for (let index = 0; !this.stopped && index < most; index++) {
      const due = began + (index * 1000) / perSecond - performance.now();
      if (due > 1) await delay(due);
      await this.write(side, idOf(side, index));
      this.sent[side]++;
    }
  }

  private async write(side: Side, id: number): Promise<void> {
    const { sql, mongo, name: database } = this.world;
    if (side === 'sql')
      await sql.query({ name: 'trickle', text: 'insert into trickle values ($1, $2)', values: [id, id % 1000] });
    else
      await mongo
        .db(database)
        .collection<{ _id: Long; n: number }>(name)
        .insertOne({ _id: Long.fromNumber(id), n: id % 1000 });
  }
}

/** Even ones are PostgreSQL's, odd ones MongoDB's. */
function idOf(side: Side, index: number): number {
  return 2 * index + (side === 'sql' ? 0 : 1);
}
