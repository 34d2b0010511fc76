import type { Side } from '../../model/side.js';
import type { ContractSide } from '../contract/contract-side.js';
import { describeRecord } from '../contract/record-contract.js';
import { describeSource, describeStore } from '../contract/store-contract.js';
import { Random } from '../random.js';
import { Actor, Scheduler, settled } from '../scheduler.js';
import { MemoryConflictStore, MemoryConflicts } from './memory-conflicts.js';
import { MemorySide } from './memory-side.js';
import { MemorySource } from './memory-source.js';
import { MemoryStore } from './memory-store.js';
import { plainTable } from './memory-table.js';

/** Steps happen by themselves, in an order drawn from a seed. */
async function open(name: Side, faults: number): Promise<ContractSide> {
  const random = new Random(7);
  const scheduler = new Scheduler(random);
  const at = new MemorySide(name, {
    scheduler,
    random,
    rules: plainTable,
    partSize: 100,
    conflicts: new MemoryConflicts(),
    faults: () => faults,
    disabledRules: new Set(),
  });
  const process = (actor: Actor): { store: MemoryStore; source: MemorySource } => ({
    store: new MemoryStore(at, actor),
    source: new MemorySource(at, actor),
  });
  let closed = false;
  const run = async (): Promise<void> => {
    while (!closed) {
      at.log.publish();
      scheduler.tick();
      await settled();
    }
  };
  void run();
  return {
    ...process(new Actor('first')),
    entity: 't',
    state: (n) => [`s${n}`],
    key: (n) => `k${n}`,
    write: async (records) => {
      const refs = records.map(({ key }) => ({ entity: 't', key }));
      await at.userTransaction(refs, () => records.map(({ key, after }) => ({ entity: 't', key, after })));
    },
    another: async () => process(new Actor('second')),
    close: async () => {
      closed = true;
      await settled();
    },
  };
}

describeStore('SQL in memory', () => open('sql', 0));
describeStore('MongoDB in memory', () => open('mongodb', 0));
describeSource('SQL in memory', () => open('sql', 0));
describeSource('MongoDB in memory', () => open('mongodb', 0));

describeRecord('memory', async () => {
  const scheduler = new Scheduler(new Random(7));
  const data = new MemoryConflicts();
  let closed = false;
  const run = async (): Promise<void> => {
    while (!closed) {
      scheduler.tick();
      await settled();
    }
  };
  void run();
  return {
    name: 'memory',
    conflicts: new MemoryConflictStore(data, scheduler, new Actor('first')),
    store: async (settlements) => {
      for (const settlement of settlements) data.store(settlement);
    },
    close: async () => {
      closed = true;
      await settled();
    },
  };
});
