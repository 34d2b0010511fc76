/**
 * The record of conflicts as the engine of one share sees it: conflicts and dead letters are the sync's, of which the share has
 * those of its records; loads, stops and mappings are the share's own. Must not know how records are spread.
 */
import type { RecordRef } from '../../model/record.js';
import type { ConflictStore, OpenWork } from '../../ports/conflict-store.js';

export interface ShareWorkParts {
  /** The whole sync's. */
  readonly all: ConflictStore;
  /** Under the share's name. */
  readonly own: ConflictStore;
  readonly isMine: (ref: RecordRef) => boolean;
}

export function shareWork({ all, own, isMine }: ShareWorkParts): ConflictStore {
  return {
    async openWork(): Promise<OpenWork> {
      const whole = await all.openWork();
      const { loads, stops, mappings } = await own.openWork();
      return {
        propagating: whole.propagating.filter(isMine),
        discards: whole.discards.filter(isMine),
        pending: whole.pending.filter(isMine),
        deadLetters: whole.deadLetters.filter(isMine),
        loads,
        stops,
        mappings,
      };
    },
    pending: async (id) => (await all.pending(id)).filter(isMine),
    saveLoad: (load) => own.saveLoad(load),
    saveMapping: (mapping) => own.saveMapping(mapping),
    saveStop: (stop) => own.saveStop(stop),
    removeStop: (entity) => own.removeStop(entity),
    savePending: (conflicts) => all.savePending(conflicts),
    finish: (ids, end) => all.finish(ids, end),
    deadLetters: async () => (await all.deadLetters()).filter(isMine),
    discards: (limit) => all.discards(limit),
    saveDeadLetters: (letters) => all.saveDeadLetters(letters),
    removeDeadLetters: (records) => all.removeDeadLetters(records),
    list: (filter) => all.list(filter),
    get: (id) => all.get(id),
    records: (filter) => all.records(filter),
    counts: (since) => all.counts(since),
    timeBeyond: (most) => all.timeBeyond(most),
    expire: (bounds) => all.expire(bounds),
  };
}
