/** What people who operate the sync do, by the commands of the product. Must not know why they are called. */
import { type Document, MongoClient } from 'mongodb';
import type { SyncStatus } from '../src/app/sync.js';
import { askApi } from '../src/cli/client.js';
import type { Random } from '../src/testing/random.js';
import { waitFor } from '../src/testing/wait-for.js';
import { syncName } from './cluster/cluster.js';
import type { Supervisor } from './cluster/supervisor.js';
import { type Program, runCommandOf } from './cluster/sync-process.js';
import type { Operators } from './faults/fault.js';
import { probeTable } from './probe-entity.js';

const commandLimitMs = 120_000;
const loadLimitMs = 60_000;
/** How often something is asked for again when the process is just then killed or its servers are away. */
const attempts = 20;
const metadata = 'sync_metadata';
/** Where the record of what is torn down is kept, as `mongodump` would. */
const kept = 'torture_kept';
const record = ['conflicts', 'dead_letters'];

export class OperatorsOf implements Operators {
  constructor(
    private readonly parts: {
      readonly program: Program;
      readonly supervisor: Supervisor;
      readonly mongoUrl: string;
      readonly note: (text: string) => void;
    },
  ) {}

  async status(limitMs?: number): Promise<SyncStatus> {
    const { url } = await this.parts.supervisor.syncing(limitMs);
    return (await askApi({ url, token: '', limitMs: 3_000 }, 'GET', '/api/status')) as SyncStatus;
  }

  async stoppedTables(): Promise<readonly string[]> {
    return (await this.status()).entities.filter(({ stopped }) => stopped !== null).map(({ table }) => table);
  }

  async restart(): Promise<void> {
    await this.parts.supervisor.hold();
    await this.parts.supervisor.go();
    await this.parts.supervisor.syncing();
  }

  async beginLoad(random: Random): Promise<void> {
    const { entities } = await this.status();
    const { table } = random.pick(entities.filter((entity) => !entity.table.endsWith(probeTable)));
    await this.command('load', '--entity', table, '--from', random.pick(['sql', 'mongodb']));
  }

  async load(table: string): Promise<void> {
    await this.again(`load ${table}`, () => this.command('load', '--entity', table, '--from', 'sql'));
    const loaded = async (): Promise<boolean> => {
      const entity = (await this.status().catch(() => null))?.entities.find((one) => one.table === table);
      return entity !== undefined && entity.stopped === null && entity.load.state === 'done';
    };
    await waitFor(loaded, { what: `the load of ${table}`, limitMs: loadLimitMs, everyMs: 100 });
  }

  async beginAnew(): Promise<void> {
    const { program, supervisor, note } = this.parts;
    await supervisor.hold();
    await this.keepRecord();
    await this.again('teardown', () => runCommandOf(program, ['teardown'], commandLimitMs));
    note('torn down; begins anew');
    await supervisor.go();
    await supervisor.syncing();
    for (const { table } of (await this.status()).entities) await this.load(table);
    // What was deleted meanwhile, or made on the other side, no load tells: one side is declared right.
    await this.again('compare', () => this.command('compare', '--repair', 'sql'));
  }

  /** A word about a running process, by the command line. */
  private async command(...args: readonly string[]): Promise<unknown> {
    const { url } = await this.parts.supervisor.syncing();
    return runCommandOf(this.parts.program, [...args, '--url', url], commandLimitMs);
  }

  private async again(what: string, work: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await work();
        return;
      } catch (error) {
        if (attempt === attempts) throw error;
        const { message } = error as Error;
        this.parts.note(`${what} is tried again: ${message.slice(0, 200)}`);
        // As the error says: the process maps the table anew when it starts.
        if (message.includes('mapping_outdated')) await this.restart();
        else await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  /** The record that a teardown removes. */
  private async keepRecord(): Promise<void> {
    await this.copyRecord(metadata, kept, (document) => document);
  }

  /** Puts it back beside the present one, for whoever reads the whole record; what waited then is over by the new beginning. */
  async restoreRecord(): Promise<void> {
    const over = new Set(['pending', 'propagating']);
    await this.copyRecord(kept, metadata, (document) =>
      over.has(String(document['state'])) ? { ...document, state: 'superseded' } : document,
    );
  }

  private async copyRecord(from: string, to: string, change: (document: Document) => Document): Promise<void> {
    const client = new MongoClient(this.parts.mongoUrl, { ignoreUndefined: false, promoteValues: false });
    try {
      for (const name of record) {
        const documents = await client.db(from).collection(name).find({ name: syncName }).toArray();
        if (documents.length > 0) await client.db(to).collection(name).insertMany(documents.map(change));
      }
    } finally {
      await client.close();
    }
  }
}
