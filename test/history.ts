/**
 * Writers on both sides whose every acknowledged write is remembered with what it replaced, so that a lost one is found: a write must
 * be final, have been replaced by a user who saw it, or stand in a conflict's record. Must not know the sync's inside.
 */
import { setTimeout } from 'node:timers/promises';
import type { Document } from 'mongodb';
import { Random } from '../src/testing/random.js';
import { conflictsOf, type Rig } from './rig.js';

export interface HistoryOptions {
  readonly seed: number;
  readonly records: number;
  /** Of a hundred writes; the others are updates. */
  readonly deletes: number;
  /** Milliseconds between two writes of a side; absent: none. */
  readonly pauseMs?: number;
}

export interface History {
  /** Lets what is under way be acknowledged; nothing more is written until `go`. */
  rest(): Promise<void>;
  go(): void;
  /** Acknowledged writes that made an event, by side. */
  readonly written: { sql: number; mongodb: number };
  /** Values that no trace is left of. At rest only. */
  lost(): Promise<readonly string[]>;
}

export const historySchema = 'create table facts (id int primary key, v text not null)';

/** The table and the collection `facts`; each value is written once in a lifetime. */
export function writeHistory(rig: Rig, options: HistoryOptions): History {
  const written = { sql: 0, mongodb: 0 };
  const values = new Set<string>();
  const replaced = new Set<string>();
  const note = (side: 'sql' | 'mongodb', value: string | null, before: string | null): void => {
    written[side] += 1;
    if (value !== null) values.add(value);
    if (before !== null) replaced.add(before);
  };
  let stopped = false;
  const counts = { sql: 0, mongodb: 0 };
  const writer = async (side: 'sql' | 'mongodb', act: Act): Promise<void> => {
    const random = new Random(options.seed + (side === 'sql' ? 0 : 1));
    while (!stopped) {
      const id = 1 + random.int(options.records);
      const value = random.int(100) < options.deletes ? null : `${side}-${counts[side]++}`;
      const done = await act(id, value);
      if (done !== null) note(side, value, done.before);
      if (options.pauseMs !== undefined) await setTimeout(options.pauseMs);
    }
  };
  let running: Promise<unknown> = Promise.resolve();
  const go = (): void => {
    stopped = false;
    running = Promise.all([writer('sql', sqlAct(rig)), writer('mongodb', mongoAct(rig))]);
  };
  const rest = async (): Promise<void> => {
    stopped = true;
    await running;
  };
  go();
  // A test that failed leaves its writers at work.
  rig.atEnd(rest);
  return {
    written,
    rest,
    go,
    lost: async () => {
      const kept = await traces(rig);
      return [...values].filter((value) => !replaced.has(value) && !kept.has(value));
    },
  };
}

/** What stood there before; null: nothing was done. */
type Act = (id: number, value: string | null) => Promise<{ readonly before: string | null } | null>;

function sqlAct(rig: Rig): Act {
  return async (id, value) => {
    if (value === null) {
      const { rows } = await rig.sql.query<{ v: string }>('delete from facts where id = $1 returning v', [id]);
      return rows[0] === undefined ? null : { before: rows[0].v };
    }
    const updated = await rig.sql.query<{ v: string }>(
      'with old as (select id, v from facts where id = $1 for update) update facts f set v = $2 from old where f.id = old.id returning old.v',
      [id, value],
    );
    if (updated.rows[0] !== undefined) return { before: updated.rows[0].v };
    const inserted = await rig.sql.query('insert into facts values ($1, $2) on conflict do nothing', [id, value]);
    return inserted.rowCount === 1 ? { before: null } : null;
  };
}

function mongoAct(rig: Rig): Act {
  const facts = rig.db.collection<Document & { _id: number }>('facts');
  return async (id, value) => {
    if (value === null) {
      const before = await facts.findOneAndDelete({ _id: id });
      return before === null ? null : { before: before['v'] as string };
    }
    const before = await facts.findOneAndUpdate({ _id: id }, { $set: { v: value } }, { upsert: true });
    return { before: (before?.['v'] as string | undefined) ?? null };
  };
}

/** Every value that stands on a side or in the record of a conflict. */
async function traces(rig: Rig): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const { v } of (await rig.sql.query<{ v: string }>('select v from facts')).rows) found.add(v);
  for await (const { v } of rig.db.collection('facts').find()) found.add(v as string);
  for (const conflict of await conflictsOf(rig)) {
    for (const [, value] of JSON.stringify([conflict['sqlEvent'], conflict['mongoEvent']]).matchAll(
      /"((?:sql|mongodb)-\d+)"/g,
    ))
      found.add(value as string);
  }
  return found;
}
