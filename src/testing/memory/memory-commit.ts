/**
 * `SideStore.commit` on a side in memory, as a process does it over a connection that may break: begin and check the
 * progress, read, plan, send; a lost answer is looked up by its number when the next attempt begins.
 */
import { IsthmusError } from '../../base/errors.js';
import { type CommitOutcome, type CommitRequest, type Plan, toBeRead } from '../../ports/side-store.js';
import type { Actor } from '../scheduler.js';
import type { MemorySide } from './memory-side.js';
import { MemoryTransaction, type Served } from './memory-transaction.js';

export interface Connection {
  readonly side: MemorySide;
  readonly owner: Actor;
  readonly epoch: number;
}

/** More attempts than any seed needs; a run that needs more hangs. */
const attemptsMax = 500;

export async function commit(connection: Connection, request: CommitRequest): Promise<CommitOutcome> {
  let sent: Plan | null = null;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    if (attempt > 0) request.retried?.();
    const read = attempt === 0 ? toBeRead(request) : request.read;
    const begun = await step(
      connection,
      'begins',
      () => begin(connection, request, sent !== null),
      () => connection.side.laneFree(request.lane),
    );
    if (begun === 'landed') return { kind: 'committed', plan: sent, committedAt: connection.side.now };
    if (breaks(connection)) {
      leave(connection, begun);
      continue;
    }
    const found = await step(
      connection,
      'reads',
      () => (begun.over ? null : begun.read(read)),
      () => begun.canRead(read),
    );
    if (found === null) continue;
    const plan = request.plan(found);
    if (plan === null) {
      begun.rollBack();
      return { kind: 'committed', plan: null, committedAt: connection.side.now };
    }
    const asked = begun.serve(request, plan);
    sent = request.rehearse ? null : plan;
    if (breaks(connection)) {
      if (connection.side.options.random.chance(0.5)) leave(connection, begun);
      continue;
    }
    const answer = await asked;
    await step(connection, 'answers', () => {});
    if (breaks(connection)) continue;
    const outcome = outcomeOf(answer, plan);
    if (outcome !== null) return outcome;
    sent = null;
  }
  throw new IsthmusError('transient', { message: `${connection.side.side}: no attempt of a transaction went through` });
}

function begin(
  { side, owner, epoch }: Connection,
  request: CommitRequest,
  mayHaveLanded: boolean,
): MemoryTransaction | 'landed' {
  const stored = side.lanes.get(request.lane);
  if (stored === undefined)
    throw new IsthmusError('metadata_invalid', { message: `lane ${request.lane} does not exist` });
  const disabled = side.options.disabledRules;
  if (stored.epoch !== epoch && !disabled.has('fence')) throw new IsthmusError('fenced');
  if (disabled.has('number')) return new MemoryTransaction(side, owner, request.lane, epoch);
  if (mayHaveLanded && stored.number === request.number) return 'landed';
  if (stored.number !== request.previous) {
    throw new IsthmusError('metadata_invalid', {
      message: `lane ${request.lane} stands at ${stored.number}, not at ${request.previous}`,
    });
  }
  if (request.number <= stored.number)
    throw new IsthmusError('invariant_broken', { message: `number ${request.number} after ${stored.number}` });
  return new MemoryTransaction(side, owner, request.lane, epoch);
}

function outcomeOf(answer: Served, plan: Plan): CommitOutcome | null {
  switch (answer.kind) {
    case 'committed':
      return { kind: 'committed', plan, committedAt: answer.committedAt };
    case 'refused':
      return { kind: 'refused', refusal: answer.refusal };
    case 'aborted':
      return null;
  }
}

function breaks({ side }: Connection): boolean {
  const faults = side.options.faults();
  return faults > 0 && side.options.random.chance(faults);
}

/** The server notices after a while that nobody is there any more. */
function leave({ side }: Connection, transaction: MemoryTransaction): void {
  void side.step('ends an orphan', () => transaction.rollBack());
}

function step<T>({ side, owner }: Connection, label: string, effect: () => T, ready?: () => boolean): Promise<T> {
  return side.scheduler.step(owner, `${side.side}: ${label}`, effect, ready);
}
