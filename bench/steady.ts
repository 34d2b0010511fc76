/** A steady stream of users' changes, each sent at its time, and what became of their latencies. Must not know who carries them. */
import { setTimeout as delay } from 'node:timers/promises';
import { Long } from 'mongodb';
import { collection, personChange } from './people.js';
import type { Row } from './report.js';
import type { World } from './world.js';

export const perSecond = 200;

/** One after the other would wait for answers: each is sent at its time. */
export async function steadily(count: number, write: (index: number) => Promise<unknown>): Promise<void> {
  const began = performance.now();
  const sent: Promise<unknown>[] = [];
  for (let index = 0; index < count; index++) {
    const due = began + (index * 1000) / perSecond - performance.now();
    if (due > 1) await delay(due);
    sent.push(write(index));
  }
  await Promise.all(sent);
}

export async function touchSql({ sql }: World, id: number): Promise<void> {
  const text = 'update people set quantity = quantity + 1, amount = amount + 1 where id = $1';
  await sql.query({ name: 'change', text, values: [id] });
}

/** `version` must be another than the one that stands there. */
export async function touchMongo({ mongo, name }: World, id: number, version: number): Promise<void> {
  await mongo
    .db(name)
    .collection(collection)
    .updateOne({ _id: Long.fromNumber(id) as never }, { $set: personChange(id, version) });
}

export interface Percentiles extends Row {
  readonly 'p50 ms': number;
  readonly 'p95 ms': number;
  readonly 'p99 ms': number;
  readonly 'max ms': number;
}

/** Sorts the values. */
export function percentiles(values: number[]): Percentiles {
  values.sort((a, b) => a - b);
  const at = (share: number): number =>
    values[Math.min(values.length - 1, Math.floor(values.length * share))] as number;
  return { 'p50 ms': at(0.5), 'p95 ms': at(0.95), 'p99 ms': at(0.99), 'max ms': at(1) };
}

/** How long after their commit on one side records were committed on the other; fails where one was not. */
export function latencies(
  ids: Iterable<number>,
  from: ReadonlyMap<number, number>,
  to: ReadonlyMap<number, number>,
): number[] {
  return Array.from(ids, (id) => {
    const [sent, arrived] = [from.get(id), to.get(id)];
    if (sent === undefined || arrived === undefined) throw new Error(`record ${id} has no commit time on both sides`);
    return arrived - sent;
  });
}
