/**
 * Applications of PostgreSQL that stand in the sync's way: they hold row locks, deadlock, and change tables. They write no value that
 * the history would have to know. Must not know the sync.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { addedColumn, keyText, spareColumns, type Table, tableNamed } from '../tables.js';
import { SqlSession } from './sql-session.js';

const alterLimitMs = 60_000;

export class Rivals {
  private added = 0;
  private dropped = 0;

  constructor(private readonly url: string) {}

  /** Keeps the busiest rows of three tables locked. A server that is lost meanwhile ends it early. */
  async lockFor(ms: number): Promise<void> {
    await this.apart(async (client) => {
      await client.query('begin');
      for (const [table, n] of busiest()) await lock(client, table, n);
      await new Promise((resolve) => setTimeout(resolve, ms));
    });
  }

  /** Two transactions that take the same rows in opposite order, meeting the sync's and the users' locks as well. */
  async deadlock(): Promise<void> {
    const rows = busiest().slice(0, 2);
    let arrive: (() => void) | undefined;
    const both = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    let waiting = rows.length;
    const play = (order: typeof rows): Promise<void> =>
      this.apart(async (client) => {
        await client.query('begin');
        const [first, second] = order;
        if (first) await lock(client, ...first);
        waiting -= 1;
        if (waiting === 0) arrive?.();
        await Promise.race([both, new Promise((resolve) => setTimeout(resolve, 2_000))]);
        if (second) await lock(client, ...second);
      });
    await Promise.all([play(rows), play([...rows].reverse())]);
  }

  /** Its default stands in all rows at once, without an event in the log. */
  async addColumn(): Promise<void> {
    this.added += 1;
    const statement = `alter table shelves add column if not exists ${addedColumn}${this.added} int not null default ${this.added}`;
    await this.alter(statement);
  }

  /** Of `drawers`, whose entity stops thereby; does nothing when none is left. */
  async dropColumn(): Promise<void> {
    const column = spareColumns[this.dropped];
    if (column === undefined) return;
    this.dropped += 1;
    await this.alter(`alter table drawers drop column if exists ${column}; update drawers set label = label || '.'`);
  }

  /** Tried again while the server is away, its disk is full or the table is locked: another fault may be going on. */
  private async alter(statement: string): Promise<void> {
    for (const until = performance.now() + alterLimitMs; ; ) {
      try {
        return await this.alterNow(statement);
      } catch (error) {
        if (performance.now() > until) throw error;
        await delay(500);
      }
    }
  }

  private async alterNow(statement: string): Promise<void> {
    const session = new SqlSession(this.url, 'torture-ddl');
    try {
      const client = await session.open();
      await client.query(`set lock_timeout = '10s'`);
      await client.query(statement);
    } finally {
      await session.close();
    }
  }

  private async apart(work: (client: pg.Client) => Promise<void>): Promise<void> {
    const session = new SqlSession(this.url, 'torture-rival');
    try {
      await work(await session.open());
    } catch {
      // A deadlock that was broken, or a lost server: both are wanted.
    } finally {
      // Its end rolls back what was begun.
      session.lose();
    }
  }
}

function busiest(): [Table, number][] {
  return [
    ...['accounts', 'facts', 'people'].flatMap((name) => [2, 3, 4].map((n): [Table, number] => [tableNamed(name), n])),
  ];
}

function lock(client: pg.Client, table: Table, n: number): Promise<unknown> {
  const [key] = table.key;
  return client.query(`select 1 from ${table.name} where ${key?.name} = $1 for update`, [keyText(table, n)]);
}
