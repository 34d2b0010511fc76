/** Reads a table in chunks of its key order, for loads and comparisons. Must not know what a load is. */
import { IsthmusError } from '../../base/errors.js';
import type { State } from '../../model/record.js';
import type { ChunkRange, Page, PageRequest } from '../../ports/side-store.js';
import { keyOf, keyTexts, stateOf } from '../../sql/row-columns.js';
import type { OracleContext } from '../context.js';
import { type Bind, bound } from '../statement.js';
import { passBarrier } from './barrier.js';
import type { EntitySql } from './entity-sql.js';
import { beyond, type Condition, compareKeys, orderOf } from './key-order.js';
import { selectedColumns } from './read-statements.js';

/** Below this an estimate is worth less than a count costs. */
const countBelow = 50_000;

export class Chunks {
  constructor(
    private readonly context: OracleContext,
    private readonly entities: ReadonlyMap<string, EntitySql>,
  ) {}

  async end(entity: string, after: string | null, size: number): Promise<string | null> {
    const sql = this.sql(entity);
    const where = rangeOf(sql, { after, upTo: null });
    const { rows } = await this.context.reads.query(
      bound(
        `select ${selectedColumns(sql.key)} from ${sql.table} t${where.text} order by ${orderOf(sql)} offset ${size - 1} rows fetch next 1 rows only`,
        where.binds,
      ),
    );
    return rows[0] === undefined ? null : keyOf(sql, rows[0]);
  }

  async read(range: ChunkRange): Promise<readonly { readonly key: string; readonly state: State }[]> {
    const sql = this.sql(range.entity);
    const where = rangeOf(sql, range);
    await passBarrier(this.context);
    const { rows } = await this.context.reads.query(
      bound(`select ${allOf(sql)} from ${sql.table} t${where.text} order by ${orderOf(sql)}`, where.binds),
    );
    return rows.map((row) => ({ key: keyOf(sql, row), state: stateOf(sql, row, sql.key.length) }));
  }

  async page({ entity, after, limit, keysOnly }: PageRequest): Promise<Page> {
    const sql = this.sql(entity);
    const where = rangeOf(sql, { after, upTo: null });
    const columns = keysOnly ? selectedColumns(sql.key) : allOf(sql);
    const result = await this.context.reads.query(
      bound(
        `select ${columns} from ${sql.table} t${where.text} order by ${orderOf(sql)} fetch first ${limit} rows only`,
        where.binds,
      ),
    );
    const rows = result.rows.map((row) => ({
      key: keyOf(sql, row),
      state: keysOnly ? null : stateOf(sql, row, sql.key.length),
    }));
    return { rows, more: rows.length === limit };
  }

  /** The national character set sorts by UTF-16, and padding counts where it has no place in the canonical text. */
  inSharedOrder(entity: string): boolean {
    return this.sql(entity).key.every(({ type }) => type.kind !== 'char' && !type.sql.startsWith('nvarchar'));
  }

  compareKeys(entity: string, a: string, b: string): number {
    return compareKeys(this.sql(entity).entity)(a, b);
  }

  async estimate(entity: string): Promise<number> {
    const { table, entity: of } = this.sql(entity);
    const estimated = await this.context.reads.query(
      bound('select num_rows from all_tables where owner = :1 and table_name = :2', [
        ['text', of.schema],
        ['text', of.table],
      ]),
    );
    const rows = Number(estimated.rows[0]?.[0] ?? 0);
    if (rows >= countBelow) return rows;
    return Number((await this.context.reads.query(bound(`select count(*) from ${table}`))).rows[0]?.[0] ?? 0);
  }

  private sql(entity: string): EntitySql {
    const sql = this.entities.get(entity);
    if (sql === undefined) throw new IsthmusError('not_found', { message: `There is no entity ${entity}.` });
    return sql;
  }
}

function allOf(sql: EntitySql): string {
  return selectedColumns([...sql.key, ...sql.fields]);
}

function rangeOf(sql: EntitySql, bounds: Pick<ChunkRange, 'after' | 'upTo'>): Condition {
  const conditions: string[] = [];
  const binds: Bind[] = [];
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
    const condition = beyond(sql, texts, operator, binds.length + 1);
    conditions.push(condition.text);
    binds.push(...condition.binds);
  }
  return { text: conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`, binds };
}
