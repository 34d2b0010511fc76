/**
 * A whole migration, from prepare to retired, while the application writes where each phase allows it: a step that is refused, a
 * way back and a second try. At the end both sides are equal and no acknowledged write is lost.
 */
import { expect } from 'vitest';
import type { ShownPhase } from '../src/app/lifecycle/show-phase.js';
import type { ConfigInput, StartedSync } from '../src/index.js';
import type { Side } from '../src/model/side.js';
import { waitFor } from '../src/testing/wait-for.js';
import { compareIndependently } from './compare-independently.js';
import { type Rig, settle } from './rig.js';

const limitMs = 60_000;
const records = 3000;
export const migrationSchema = `create table accounts (id int primary key, owner text, balance numeric(12, 2), tags text[]);
  insert into accounts select g, 'owner ' || g, g * 1.25, array['t' || g % 7] from generate_series(1, ${records}) g`;

/** The application: it asks the routing where it may write, and leaves a side before a step is taken. */
class Traffic {
  readonly written = { sql: 0, mongodb: 0 };
  private readonly kept = new Set<Side>();
  private stopped = false;
  private writing = { sql: 0, mongodb: 0 };
  private readonly running: Promise<unknown>;

  constructor(
    private readonly rig: Rig,
    private readonly sync: StartedSync,
  ) {
    this.running = Promise.all([this.write('sql'), this.write('mongodb'), this.read()]);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Resolves when nothing is under way on these sides. */
  async leave(sides: readonly Side[]): Promise<void> {
    for (const side of sides) this.kept.add(side);
    await waitFor(() => sides.every((side) => this.writing[side] === 0), { what: 'writers to leave' });
  }

  back(): void {
    this.kept.clear();
  }

  private async write(side: Side): Promise<void> {
    for (let n = 1; !this.stopped; n++) {
      await new Promise((resolve) => setTimeout(resolve, 3));
      const { writes } = await this.sync.lifecycle.routing();
      if (this.kept.has(side) || !writes[side]) continue;
      this.writing[side]++;
      const id = 1 + ((n * 37) % (records + 200));
      if (side === 'sql') await this.onSql(id, n);
      else await this.onMongodb(id, n);
      this.writing[side]--;
      this.written[side]++;
    }
  }

  /** Has as many of its reads compared as the routing asks for. */
  private async read(): Promise<void> {
    for (let n = 1; !this.stopped; n++) {
      await new Promise((resolve) => setTimeout(resolve, 3));
      const { compared, reads } = await this.sync.lifecycle.routing();
      if (compared === 0) continue;
      this.sync.reads.accept({
        table: 'public.accounts',
        key: 1 + ((n * 13) % records),
        served: reads.sql > 0 ? 'sql' : 'mongodb',
      });
    }
  }

  private onSql(id: number, n: number): Promise<unknown> {
    const { sql } = this.rig;
    if (n % 23 === 0) return sql.query('delete from accounts where id = $1', [id]);
    return sql.query(
      `insert into accounts values ($1, $2, $3, '{new}') on conflict (id) do update set owner = $2, balance = $3`,
      [id, `sql ${n}`, n / 4],
    );
  }

  private onMongodb(id: number, n: number): Promise<unknown> {
    const accounts = this.rig.db.collection('accounts');
    if (n % 23 === 0) return accounts.deleteOne({ _id: id as never });
    return accounts.updateOne({ _id: id as never }, { $set: { owner: `mongodb ${n}` } }, { upsert: true });
  }
}

export const migrationConfig: Partial<ConfigInput> = {
  lifecycle: true,
  initial: 'sql',
  entities: [{ table: 'public.accounts' }],
  phases: { dualReads: 100 },
};

export interface Journey {
  /** Whom operators order. */
  readonly sync: StartedSync;
  /** Whom the application asks where it may read and write. */
  readonly asked: StartedSync;
  readonly beforeStep?: (to: string) => Promise<void>;
  readonly afterStep?: (to: string) => Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

/** The rig's table is that of `migrationSchema`. */
export async function migrate(
  rig: Rig,
  { sync, asked, beforeStep = nothing, afterStep = nothing }: Journey,
): Promise<void> {
  const traffic = new Traffic(rig, asked);
  rig.atEnd(() => traffic.stop());

  /** As an operator would: writers leave the side that will be passive, all is compared, the step is taken. */
  const advance = async (to: string, leaving: readonly Side[] = []): Promise<void> => {
    await waitFor(() => ['running', 'idle'].includes(sync.status().state), {
      what: 'the sync to run',
      limitMs,
    });
    if (sync.status().state === 'running') {
      if (sync.status().conflicts.pending > 0) await sync.decideAll({ use: 'mongodb', by: 'ann' });
      await compared(sync);
    }
    await traffic.leave(leaving);
    await beforeStep(to);
    const before = traffic.written.sql + traffic.written.mongodb;
    const shown = await stepped(sync, to);
    traffic.back();
    expect(shown.phase).toBe(to);
    await waitFor(() => traffic.written.sql + traffic.written.mongodb > before + 20, {
      what: 'traffic in the phase',
      limitMs,
    });
    await afterStep(to);
  };

  await advance('snapshot');
  await waitFor(() => sync.status().entities[0]?.load.state === 'done', { what: 'the load', limitMs });
  await stepped(sync, 'replicate');
  await expect(sync.lifecycle.order({ action: 'advance', by: 'ann' })).rejects.toMatchObject({
    code: 'phase_refused',
    message: expect.stringContaining('comparison: none'),
  });
  await advance('dual_read');
  await advance('read_cutover');
  await advance('read_cutover');
  expect((await sync.lifecycle.routing()).reads).toEqual({ sql: 0.5, mongodb: 0.5 });
  await sync.lifecycle.order({ action: 'rollback', to: 'replicate', why: 'reads were slow', by: 'bob' });
  expect((await sync.lifecycle.routing()).reads).toEqual({ sql: 1, mongodb: 0 });
  for (const phase of ['dual_read', 'read_cutover', 'read_cutover', 'read_cutover', 'bidirectional'])
    await advance(phase);
  expect((await sync.lifecycle.routing()).writes).toEqual({ sql: true, mongodb: true });
  await waitFor(() => traffic.written.mongodb > 200, { what: 'writes on both sides', limitMs });
  await advance('mongodb_primary', ['sql']);
  await traffic.leave(['mongodb']);
  await compared(sync);
  await settle(sync);
  await stepped(sync, 'retired');
  await traffic.stop();

  // Over Kafka others follow, and tell of it, a moment later.
  await waitFor(() => sync.status().state === 'idle', { what: 'all to stand still', limitMs });
  expect(sync.status()).toMatchObject({ phase: 'retired', rollbackLevel: 0 });
  expect(await compareIndependently(rig, { table: 'accounts', key: ['id'] })).toEqual([]);
  const report = await sync.lifecycle.report();
  expect(report.passiveWrites).toEqual({});
  expect(report.forced).toEqual([]);
  expect(report.phases.map(({ phase, share }) => `${phase} ${share ?? ''}`.trim())).toEqual([
    'snapshot',
    'replicate',
    'dual_read 0.1',
    'read_cutover 0.1',
    'read_cutover 0.5',
    'replicate',
    'dual_read 0.1',
    'read_cutover 0.1',
    'read_cutover 0.5',
    'read_cutover 1',
    'bidirectional',
    'mongodb_primary',
    'retired',
  ]);
  expect(traffic.written.sql).toBeGreaterThan(200);
}

function stepped(sync: StartedSync, to: string): Promise<ShownPhase> {
  const order = (): Promise<ShownPhase | null> => sync.lifecycle.order({ action: 'advance', by: 'ann' }).catch(notYet);
  return waitFor(order, { what: `the step to ${to}`, limitMs });
}

/** Lag and what waits for people pass; anything else is a failure of the test. */
function notYet(error: { readonly code?: string; readonly message: string }): null {
  if (error.code === 'phase_refused' && /lag|pending_conflicts|working|dual_reads/.test(error.message)) return null;
  throw error;
}

async function compared(sync: StartedSync): Promise<void> {
  const { id } = await sync.comparisons.start({});
  const ended = await waitFor(
    async () => {
      const found = (await sync.comparisons.list(50)).find((one) => one.id === id);
      return found?.state === 'done' || found?.state === 'failed' ? found : null;
    },
    { what: 'the comparison to end', limitMs },
  );
  expect(ended).toMatchObject({ state: 'done', different: 0 });
}
