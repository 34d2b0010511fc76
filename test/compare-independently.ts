/**
 * Compares a table with its collection, sharing no code with the product: every value of a row as the server's text,
 * every value of a document as the same text. Good for the types that the end-to-end tests use.
 */
import { Binary, type Db, Decimal128, type Document, Double, Long, ObjectId } from 'mongodb';
import type pg from 'pg';

/** Users' connections to both sides. */
interface Both {
  readonly sql: pg.Pool;
  readonly db: Db;
}

export interface TablePair {
  readonly table: string;
  /** The table's name by default. */
  readonly collection?: string;
  readonly key: readonly string[];
  /** Column → field, where they differ; false: not mapped. */
  readonly fields?: Readonly<Record<string, string | false>>;
  /** Keys (as `compareIndependently` prints them) that are known to differ. */
  readonly except?: readonly string[];
}

export interface Difference {
  readonly key: string;
  readonly sql: Readonly<Record<string, string | null>> | null;
  readonly mongodb: Readonly<Record<string, string | null>> | null;
}

type Image = Readonly<Record<string, string | null>>;

export async function compareIndependently(rig: Both, pair: TablePair): Promise<Difference[]> {
  const rows = await readRows(rig, pair);
  const documents = await readDocuments(rig, pair, new Set([...rows.columns]));
  const except = new Set(pair.except ?? []);
  const differences: Difference[] = [];
  for (const key of new Set([...rows.byKey.keys(), ...documents.keys()])) {
    if (except.has(key)) continue;
    const [sql, mongodb] = [rows.byKey.get(key) ?? null, documents.get(key) ?? null];
    if (!same(sql, mongodb)) differences.push({ key, sql, mongodb });
  }
  return differences;
}

function same(a: Image | null, b: Image | null): boolean {
  if (a === null || b === null) return a === b;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => (a[name] ?? null) === (b[name] ?? null));
}

async function readRows(
  rig: Pick<Both, 'sql'>,
  pair: TablePair,
): Promise<{ byKey: Map<string, Image>; columns: readonly string[] }> {
  const mapped = await mappedColumns(rig, pair);
  const list = [...pair.key, ...mapped.map(({ column }) => column)].map((column) => `"${column}"::text`).join(', ');
  const types = { getTypeParser: () => (text: unknown) => text };
  const { rows } = await rig.sql.query<(string | null)[]>({
    text: `select ${list} from ${pair.table}`,
    rowMode: 'array',
    types: types as never,
  });
  const byKey = new Map<string, Image>();
  for (const row of rows) {
    const key = row
      .slice(0, pair.key.length)
      .map((value) => value ?? '')
      .join('/');
    byKey.set(
      key,
      Object.fromEntries(
        mapped.map(({ field, type }, at) => [field, sqlText(row[pair.key.length + at] ?? null, type)]),
      ),
    );
  }
  return { byKey, columns: mapped.map(({ field }) => field) };
}

async function mappedColumns(rig: Pick<Both, 'sql'>, { table, key, fields = {} }: TablePair) {
  const { rows } = await rig.sql.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, null) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [table],
  );
  return rows
    .filter(({ name }) => !key.includes(name) && fields[name] !== false)
    .map(({ name, type }) => ({ column: name, field: (fields[name] as string | undefined) ?? name, type }));
}

function sqlText(text: string | null, type: string): string | null {
  if (text === null) return null;
  if (type === 'numeric' || type === 'double precision') return plain(text);
  if (type.startsWith('timestamp'))
    return String(Date.parse(text.replace(' ', 'T').replace(/\+00$/, 'Z').replace(/(\d)$/, '$1Z')));
  if (type === 'jsonb') return JSON.stringify(sorted(JSON.parse(text)));
  if (type.endsWith('[]')) return text;
  return text;
}

async function readDocuments(
  rig: Pick<Both, 'db'>,
  pair: TablePair,
  fields: ReadonlySet<string>,
): Promise<Map<string, Image>> {
  const byKey = new Map<string, Image>();
  const collection = rig.db.collection(pair.collection ?? pair.table.replace(/^public\./, ''));
  for await (const document of collection.find({}, { promoteValues: true })) {
    const id = document['_id'] as unknown;
    const parts = pair.key.length > 1 ? Object.values(id as Document) : [id];
    const image = Object.fromEntries([...fields].map((field) => [field, documentText(document[field])]));
    byKey.set(parts.map((part) => documentText(part) ?? '').join('/'), image);
  }
  return byKey;
}

function documentText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Decimal128 || value instanceof Double || value instanceof Long) return plain(value.toString());
  if (value instanceof Date) return String(value.getTime());
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Binary)
    return value.sub_type === Binary.SUBTYPE_UUID ? value.toUUID().toString() : `\\x${value.toString('hex')}`;
  if (Array.isArray(value)) return `{${value.map((item) => documentText(item) ?? 'NULL').join(',')}}`;
  if (typeof value === 'object') return JSON.stringify(sorted(value));
  return typeof value === 'number' ? plain(String(value)) : String(value);
}

/** Without the zeros that only a scale puts there. */
function plain(text: string): string {
  const trimmed = text.includes('.') && !text.includes('E') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
  return trimmed === '-0' ? '0' : trimmed;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Decimal128 || value instanceof Long || value instanceof Double) return Number(value.toString());
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
