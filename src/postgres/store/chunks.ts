/** Reads a table in chunks of its key order, for loads and comparisons. Must not know what a load is. */

import { IsthmusError } from '../../base/errors.js';
import type { Entity } from '../../model/entity.js';
import type { State } from '../../model/record.js';
import type { ChunkRange, Page, PageRequest } from '../../ports/side-store.js';
import { keyOf, keyTexts, stateOf } from '../../sql/row-columns.js';
import type { PostgresContext } from '../context.js';
import type { EntitySql } from './entity-sql.js';
import { type KeyOrder, keyOrder } from './key-order.js';

interface Chunked {
  readonly sql: EntitySql;
  readonly order: KeyOrder;
  /** Columns of text whose own order is that of their bytes. */
  readonly bytewise: ReadonlySet<string>;
}

const textKinds: ReadonlySet<string> = new Set(['text', 'varchar']);

/** Below this an estimate is worth less than a count costs. */
const countBelow = 50_000;

export class Chunks {
  private readonly known = new Map<string, Promise<Chunked>>();

  constructor(
    private readonly context: PostgresContext,
    private readonly entities: ReadonlyMap<string, EntitySql>,
  ) {}

  async end(entity: string, after: string | null, size: number): Promise<string | null> {
    const { sql, order } = await this.chunked(entity);
    const range = rangeOf(sql, order, { after, upTo: null });
    const keys = sql.key.map((column) => `t.${column.name}`).join(', ');
    const result = await this.context.reads.query({
      text: `select ${keys} from ${sql.table} as t ${range.where} order by ${order.columns.join(', ')} offset ${size - 1} limit 1`,
      values: range.values,
    });
    const row = result.rows[0];
    return row === undefined ? null : keyOf(sql, row);
  }

  async read(range: ChunkRange): Promise<readonly { readonly key: string; readonly state: State }[]> {
    const { sql, order } = await this.chunked(range.entity);
    const bounds = rangeOf(sql, order, range);
    await this.visible(range.entity);
    const columns = [...sql.key, ...sql.fields].map((column) => `t.${column.name}`).join(', ');
    const result = await this.context.reads.query({
      text: `select ${columns} from ${sql.table} as t ${bounds.where} order by ${order.columns.join(', ')}`,
      values: bounds.values,
    });
    return result.rows.map((row) => ({ key: keyOf(sql, row), state: stateOf(sql, row, sql.key.length) }));
  }

  /**
   * A commit is decoded a moment before it is visible, and with a synchronous standby that does not answer much earlier.
   * So that a chunk shows all that stands in the log before it, those who write the table now are waited for, once.
   */
  async visible(entity: string): Promise<void> {
    const { table } = this.sql(entity);
    const { clock, reads } = this.context;
    const writers = `select virtualtransaction from pg_locks
      where locktype = 'relation' and mode = 'RowExclusiveLock' and pid <> pg_backend_pid()
        and database = (select oid from pg_database where datname = current_database())
        and (relation = $1::regclass or relation in (select relid from pg_partition_tree($1::regclass)))`;
    let waiting = new Set((await reads.query({ text: writers, values: [table] })).rows.map(([one]) => one));
    for (let pauseMs = 1; waiting.size > 0; pauseMs = Math.min(pauseMs * 2, 100)) {
      await clock.sleep(pauseMs);
      const still = new Set((await reads.query({ text: writers, values: [table] })).rows.map(([one]) => one));
      waiting = new Set([...waiting].filter((one) => still.has(one)));
    }
  }

  /** In the table's own order and with its own operators, so that the primary key's index serves whatever its collation is. */
  async page({ entity, after, limit, keysOnly }: PageRequest): Promise<Page> {
    const sql = this.sql(entity);
    const keys = sql.key.map((column) => `t.${column.name}`);
    const columns = keysOnly ? keys : [...keys, ...sql.fields.map((column) => `t.${column.name}`)];
    const texts = after === null ? [] : keyTexts(sql, after);
    if (texts === null)
      throw new IsthmusError('metadata_invalid', {
        message: `A page of ${entity} begins at a key that no row can have.`,
      });
    const parameters = texts.map((_, index) => `$${index + 1}::${sql.entity.key[index]?.type.sql}`);
    const where = after === null ? '' : `where (${keys.join(', ')}) > (${parameters.join(', ')})`;
    const result = await this.context.reads.query({
      text: `select ${columns.join(', ')} from ${sql.table} as t ${where} order by ${keys.join(', ')} limit ${limit}`,
      values: texts,
    });
    const rows = result.rows.map((row) => ({
      key: keyOf(sql, row),
      state: keysOnly ? null : stateOf(sql, row, sql.key.length),
    }));
    return { rows, more: rows.length === limit };
  }

  /** Text only where its own collation goes by bytes. */
  async inSharedOrder(entity: string): Promise<boolean> {
    const { sql, bytewise } = await this.chunked(entity);
    return sql.entity.key.every(({ column, type }) => !textKinds.has(type.kind) || bytewise.has(column));
  }

  /** Keys are compared without asking the server, which only tells which expressions to sort by. */
  compareKeys(entity: string, a: string, b: string): number {
    return keyOrder(this.entity(entity), () => false).compare(a, b);
  }

  async estimate(entity: string): Promise<number> {
    const { table } = this.sql(entity);
    const estimated = await this.context.reads.query({
      text: `select coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint from pg_class c
        where c.relkind = 'r' and (c.oid = $1::regclass or c.oid in (select relid from pg_partition_tree($1::regclass)))`,
      values: [table],
    });
    const rows = Number(estimated.rows[0]?.[0] ?? 0);
    if (rows >= countBelow) return rows;
    const counted = await this.context.reads.query({ text: `select count(*) from ${table}` });
    return Number(counted.rows[0]?.[0] ?? 0);
  }

  private chunked(entity: string): Promise<Chunked> {
    let chunked = this.known.get(entity);
    if (chunked === undefined) {
      chunked = this.compile(this.sql(entity));
      chunked.catch(() => this.known.delete(entity));
      this.known.set(entity, chunked);
    }
    return chunked;
  }

  private async compile(sql: EntitySql): Promise<Chunked> {
    const result = await this.context.reads.query({
      text: `select a.attname from pg_attribute a join pg_collation c on c.oid = a.attcollation
        join pg_database d on d.datname = current_database()
        where a.attrelid = $1::regclass and a.attnum > 0
          and case when c.collname = 'default' then ${bytewise('d.datlocprovider', 'd.datcollate')} else ${bytewise('c.collprovider', 'c.collcollate')} end`,
      values: [sql.table],
    });
    const columns = new Set(result.rows.map((row) => row[0] ?? ''));
    return { sql, bytewise: columns, order: keyOrder(sql.entity, (column) => columns.has(column)) };
  }

  private sql(entity: string): EntitySql {
    const sql = this.entities.get(entity);
    if (sql === undefined) throw new IsthmusError('not_found', { message: `There is no entity ${entity}.` });
    return sql;
  }

  private entity(entity: string): Entity {
    return this.sql(entity).entity;
  }
}

/** The builtin provider knows orders by code point only. */
function bytewise(provider: string, locale: string): string {
  return `(${provider} = 'b' or ${provider} = 'c' and ${locale} in ('C', 'POSIX'))`;
}

function rangeOf(
  sql: EntitySql,
  order: KeyOrder,
  bounds: Pick<ChunkRange, 'after' | 'upTo'>,
): { readonly where: string; readonly values: readonly string[] } {
  const conditions: string[] = [];
  const values: string[] = [];
  for (const [key, operator] of [
    [bounds.after, '>'],
    [bounds.upTo, '<='],
  ] as const) {
    if (key === null) continue;
    const texts = keyTexts(sql, key);
    if (texts === null)
      throw new IsthmusError('metadata_invalid', {
        message: `A chunk of ${sql.entity.name} begins or ends at a key that no row can have.`,
      });
    const parameters = texts.map((_, index) => order.parameter(index, values.length + index + 1));
    conditions.push(`(${order.columns.join(', ')}) ${operator} (${parameters.join(', ')})`);
    values.push(...texts);
  }
  return { where: conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`, values };
}
