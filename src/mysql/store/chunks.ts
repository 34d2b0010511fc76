/** Reads a table in chunks of its key order, for loads and comparisons. Must not know what a load is. */
import { IsthmusError } from '../../base/errors.js';
import type { State } from '../../model/record.js';
import type { ChunkRange, Page, PageRequest } from '../../ports/side-store.js';
import { keyOf, keyTexts, stateOf } from '../../sql/row-columns.js';
import type { MysqlContext } from '../context.js';
import { literal } from '../names.js';
import { type EntitySql, isExact } from './entity-sql.js';
import { beyond, compareKeys, type KeyOrder, keyOrder, ownOrder } from './key-order.js';

/** Below this an estimate is worth less than a count costs. */
const countBelow = 50_000;

export class Chunks {
  constructor(
    private readonly context: MysqlContext,
    private readonly entities: ReadonlyMap<string, EntitySql>,
  ) {}

  async end(entity: string, after: string | null, size: number): Promise<string | null> {
    const sql = this.sql(entity);
    const order = keyOrder(sql);
    const where = rangeOf(sql, order, { after, upTo: null });
    const { rows } = await this.context.reads.query(
      `select ${keysOf(sql)} from ${sql.table} as t ${where} order by ${order.columns.join(', ')} limit 1 offset ${size - 1}`,
    );
    return rows[0] === undefined ? null : keyOf(sql, rows[0]);
  }

  async read(range: ChunkRange): Promise<readonly { readonly key: string; readonly state: State }[]> {
    const sql = this.sql(range.entity);
    const order = keyOrder(sql);
    await this.visible();
    const { rows } = await this.context.reads.query(
      `select ${allOf(sql)} from ${sql.table} as t ${rangeOf(sql, order, range)} order by ${order.columns.join(', ')}`,
    );
    return rows.map((row) => ({ key: keyOf(sql, row), state: stateOf(sql, row, sql.key.length) }));
  }

  /**
   * A transaction stands in the log a moment before it can be read. Both happen in the same order for all of them, so when one
   * of ours that came later has been answered, all that stood in the log before it can be read.
   */
  async visible(): Promise<void> {
    await this.context.marks.query(
      `insert into isthmus.barriers (name, passed) values (${literal(this.context.name)}, 1) on duplicate key update passed = passed + 1`,
    );
  }

  /** In the table's own order, so that the primary key serves whatever its collation is. */
  async page({ entity, after, limit, keysOnly }: PageRequest): Promise<Page> {
    const sql = this.sql(entity);
    const order = ownOrder(sql);
    const where = rangeOf(sql, order, { after, upTo: null });
    const result = await this.context.reads.query(
      `select ${keysOnly ? keysOf(sql) : allOf(sql)} from ${sql.table} as t ${where} order by ${order.columns.join(', ')} limit ${limit}`,
    );
    const rows = result.rows.map((row) => ({
      key: keyOf(sql, row),
      state: keysOnly ? null : stateOf(sql, row, sql.key.length),
    }));
    return { rows, more: rows.length === limit };
  }

  /** Text only where its own collation goes by bytes; MariaDB orders its uuids by their time. */
  inSharedOrder(entity: string): boolean {
    return this.sql(entity).key.every(
      ({ type }) => type.kind !== 'uuid' && (isExact(type) || !/ collate /.test(type.sql)),
    );
  }

  compareKeys(entity: string, a: string, b: string): number {
    return compareKeys(this.sql(entity).entity)(a, b);
  }

  async estimate(entity: string): Promise<number> {
    const { table, entity: of } = this.sql(entity);
    const estimated = await this.context.reads.query(
      `select table_rows from information_schema.tables where table_schema = ${literal(of.schema)} and table_name = ${literal(of.table)}`,
    );
    const rows = Number(estimated.rows[0]?.[0] ?? 0);
    if (rows >= countBelow) return rows;
    return Number((await this.context.reads.query(`select count(*) from ${table}`)).rows[0]?.[0] ?? 0);
  }

  private sql(entity: string): EntitySql {
    const sql = this.entities.get(entity);
    if (sql === undefined) throw new IsthmusError('not_found', { message: `There is no entity ${entity}.` });
    return sql;
  }
}

function keysOf(sql: EntitySql): string {
  return sql.key.map((column) => column.selected).join(', ');
}

function allOf(sql: EntitySql): string {
  return [...sql.key, ...sql.fields].map((column) => column.selected).join(', ');
}

function rangeOf(sql: EntitySql, order: KeyOrder, bounds: Pick<ChunkRange, 'after' | 'upTo'>): string {
  const conditions: string[] = [];
  for (const [key, operator] of [
    [bounds.after, '>'],
    [bounds.upTo, '<='],
  ] as const) {
    if (key === null) continue;
    const texts = keyTexts(sql, key);
    if (texts === null)
      throw new IsthmusError('metadata_invalid', {
        message: `A range of ${sql.entity.name} begins or ends at a key that no row can have.`,
      });
    conditions.push(beyond(order, texts, operator));
  }
  return conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
}
