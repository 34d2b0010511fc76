/** For tests: a database with tables, mapped and prepared, and short ways to read its log and to write to it. */
import pg from 'pg';
import { systemClock } from '../base/clock.js';
import { silentLogger } from '../base/logger.js';
import type { Position } from '../model/change.js';
import type { Entity } from '../model/entity.js';
import { compileEntities, expandTables } from '../model/mapping-tables.js';
import type { State } from '../model/record.js';
import { recordId } from '../model/record.js';
import type { ChangeReader, SourceEvent } from '../ports/change-source.js';
import type { CommitOutcome, CommitRequest, RecordWrite } from '../ports/side-store.js';
import { readCatalog } from './catalog.js';
import { openPostgres, type PostgresOptions, type PostgresSide } from './open.js';

export interface TestSide {
  readonly side: PostgresSide;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly user: pg.Client;
  /** Where the log begins. */
  readonly begin: Position;
  /** Another process on the same sync. */
  another(): Promise<PostgresSide>;
  close(): Promise<void>;
}

export interface TestSideOptions {
  readonly url: string;
  readonly name: string;
  readonly schema: string;
  readonly tables?: readonly string[];
  readonly triggers?: NonNullable<PostgresOptions['triggers']>;
}

/** `schema` is the SQL that makes the tables; all of `public` is mapped unless `tables` says otherwise. */
export async function testSide({
  url,
  name,
  schema,
  tables = ['public.*'],
  triggers,
}: TestSideOptions): Promise<TestSide> {
  const user = new pg.Client({ connectionString: url });
  user.on('error', () => undefined);
  await user.connect();
  await user.query(schema);
  const entities = await mapTables(url, tables);
  const open = (): Promise<PostgresSide> =>
    openPostgres({
      url,
      name,
      entities,
      log: silentLogger,
      clock: systemClock,
      ...(triggers === undefined ? {} : { triggers }),
    });
  const side = await open();
  await side.prepare({ dryRun: false, onStatement: () => undefined });
  const others: PostgresSide[] = [];
  const close = async (): Promise<void> => {
    await Promise.all([side.close(), ...others.map((other) => other.close()), user.end()]);
  };
  const another = async (): Promise<PostgresSide> => {
    const other = await open();
    others.push(other);
    return other;
  };
  return { side, entities, user, begin: await side.source.begin(), another, close };
}

export async function mapTables(url: string, tables: readonly string[]): Promise<ReadonlyMap<string, Entity>> {
  const configs = tables.map((table) => ({ table }));
  const catalog = await readCatalog({
    url,
    schemas: [...new Set(tables.map((table) => table.split('.')[0] as string))],
    log: silentLogger,
  });
  return compileEntities(
    expandTables(configs, catalog).map(({ config }) => config),
    catalog,
  );
}

/** Reads events until `enough` of all so far; the test's own limit ends it otherwise. */
export async function readUntil(
  reader: ChangeReader,
  enough: (events: readonly SourceEvent[]) => boolean,
): Promise<readonly SourceEvent[]> {
  const events: SourceEvent[] = [];
  while (!enough(events)) events.push(...(await reader.next()));
  return events;
}

/** Everything that stands in the log now, without the mark that ends it; `end` is that mark's position. */
export async function readToEnd(
  side: PostgresSide,
  reader: ChangeReader,
): Promise<{ readonly events: readonly SourceEvent[]; readonly end: Position }> {
  const id = `end ${Math.random()}`;
  await side.store.mark(id);
  const isEnd = (event: SourceEvent): boolean => event.kind === 'mark' && event.id === id;
  const events = await readUntil(reader, (all) => all.some(isEnd));
  return { events: events.filter((event) => !isEnd(event)), end: (events.find(isEnd) as SourceEvent).position };
}

export async function readAll(side: PostgresSide, reader: ChangeReader): Promise<readonly SourceEvent[]> {
  return (await readToEnd(side, reader)).events;
}

export function changesOf(events: readonly SourceEvent[]) {
  return events.flatMap((event) => (event.kind === 'part' ? event.changes : []));
}

/** A lane that gives its transactions numbers, and writes states without looking at what stands there. */
export class TestLane {
  private number = 0;

  constructor(
    private readonly side: PostgresSide,
    private readonly lane = 0,
  ) {}

  get last(): number {
    return this.number;
  }

  /** Goes on where a lane that was taken over stands. */
  skip(): void {
    this.number += 1;
  }

  async write(
    states: readonly (readonly [entity: string, key: string, state: State])[],
    options: Pick<CommitRequest, 'absent' | 'rehearse' | 'save'> & { readonly ordered?: boolean } = {},
  ): Promise<CommitOutcome> {
    const { ordered, ...rest } = options;
    const outcome = await this.side.store.commit({
      lane: this.lane,
      previous: this.number,
      number: this.number + 1,
      read: states.map(([entity, key]) => ({ entity, key })),
      plan: (found) => ({
        writes: states.map(
          ([entity, key, after]): RecordWrite => ({
            entity,
            key,
            before: found.get(recordId({ entity, key })) ?? null,
            after,
          }),
        ),
        hold: [],
        drop: [],
        settlements: [],
        ...(ordered === undefined ? {} : { ordered }),
      }),
      ...rest,
    });
    if (outcome.kind === 'committed' && rest.rehearse !== true) this.number += 1;
    return outcome;
  }
}
