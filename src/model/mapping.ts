/**
 * Makes an entity of a table and its configuration. Pure: the catalog and the configuration are given.
 * Must not know how values are read; see `canonical.ts` for that.
 */
import { IsthmusError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import type { CatalogColumn, CatalogTable } from './catalog.js';
import type { ColumnType, DocumentType, Entity, Field } from './entity.js';

/** A column's new field name, false to leave it out, or more. */
export type FieldConfig =
  | string
  | false
  /** With `column`, the entry's name is the field's (unless `field` says otherwise); without, it is the column's. */
  | { readonly column?: string; readonly field?: string; readonly type?: string };

export interface EntityConfig {
  /** `schema.table`; `public` if no schema is named. */
  readonly table: string;
  readonly collection?: string;
  readonly fields?: Readonly<Record<string, FieldConfig>>;
}

interface Wish {
  readonly field: string | false;
  readonly type: string | undefined;
}

/** Throws `mapping_invalid`, which names the column and says what to write. */
export function compileEntity(table: CatalogTable, config: EntityConfig): Entity {
  const name = `${table.schema}.${table.name}`;
  if (table.primaryKey.length === 0)
    throw invalid(
      `${name} has no primary key`,
      `Add one: alter table ${name} add primary key (…); or leave the table out.`,
    );
  const wishes = readWishes(name, table, config.fields ?? {});
  const composite = table.primaryKey.length > 1;
  const key = table.primaryKey.map((column) =>
    keyField(name, findColumn(name, table, column), wishes.get(column), composite),
  );
  const fields: Field[] = [];
  for (const column of table.columns) {
    if (table.primaryKey.includes(column.name) || column.generated || wishes.get(column.name)?.field === false)
      continue;
    fields.push(plainField(name, column, wishes.get(column.name)));
  }
  assertDistinct(name, key);
  assertDistinct(name, fields);
  const keyColumns = table.columns.filter((column) => table.primaryKey.includes(column.name));
  return {
    name,
    schema: table.schema,
    table: table.name,
    collection: config.collection ?? table.name,
    key,
    fields,
    sequenceKey: keyColumns.some((column) => column.sequence),
    mayDeviate:
      table.hasUserTriggers || fields.some((field) => (field.hasDefault && !field.nullable) || isRewritten(field.type)),
  };
}

/** The server may print another text than the one that was written: `10.0.0.1/32` becomes `10.0.0.1`. */
function isRewritten(type: ColumnType): boolean {
  return type.kind === 'opaque' || (type.element !== undefined && isRewritten(type.element));
}

function readWishes(
  name: string,
  table: CatalogTable,
  fields: Readonly<Record<string, FieldConfig>>,
): ReadonlyMap<string, Wish> {
  const wishes = new Map<string, Wish>();
  for (const [entry, wish] of Object.entries(fields)) {
    const { column, field, type } = readWish(entry, wish);
    findColumn(name, table, column);
    if (wishes.has(column))
      throw invalid(`${name}: column ${column} stands twice under fields`, 'Keep one of the two entries.');
    wishes.set(column, { field, type });
  }
  return wishes;
}

function readWish(entry: string, wish: FieldConfig): Wish & { readonly column: string } {
  if (wish === false || typeof wish === 'string') return { column: entry, field: wish, type: undefined };
  return { column: wish.column ?? entry, field: wish.field ?? entry, type: wish.type };
}

function findColumn(name: string, table: CatalogTable, column: string): CatalogColumn {
  const found = table.columns.find((each) => each.name === column);
  if (found !== undefined) return found;
  const names = table.columns.map((each) => each.name);
  throw invalid(`${name} has no column ${column}${didYouMean(column, names)}`, 'Name an existing column under fields.');
}

function keyField(name: string, column: CatalogColumn, wish: Wish | undefined, composite: boolean): Field {
  const remedy = 'A key column is always mapped: remove the entry from fields, or leave the table out.';
  if (wish?.field === false) throw invalid(`${name}: key column ${column.name} cannot be left out`, remedy);
  const field = wish?.field ?? column.name;
  if (!composite && field !== column.name && field !== '_id')
    throw invalid(
      `${name}: the single key column ${column.name} is the document’s _id and cannot be named ${field}`,
      remedy,
    );
  const type = documentType(name, column, mappable(name, column), wish?.type);
  if (column.ambiguousKey !== null)
    throw invalid(
      `${name}: key column ${column.name} cannot tell records apart: ${column.ambiguousKey}`,
      'Give the table a primary key of another type, or leave the table out.',
    );
  const named = composite ? checkedName(name, column, field) : '_id';
  return { column: column.name, field: named, type, nullable: false, hasDefault: column.hasDefault };
}

function plainField(name: string, column: CatalogColumn, wish: Wish | undefined): Field {
  const field = checkedName(name, column, wish?.field === false ? column.name : (wish?.field ?? column.name));
  if (field === '_id')
    throw invalid(
      `${name}: column ${column.name} would be the field _id, which is the key`,
      `Give it another name under fields: { ${column.name}: other_name }.`,
    );
  const type = documentType(name, column, mappable(name, column), wish?.type);
  const { nullable, hasDefault, addedWith } = column;
  // In another document type the value may be written differently.
  const added = addedWith !== null && type.document === undefined ? { addedWith } : {};
  return { column: column.name, field, type, nullable, hasDefault, ...added };
}

function mappable(name: string, column: CatalogColumn): ColumnType {
  if (column.type !== null) return column.type;
  throw invalid(
    `${name}: column ${column.name} cannot be mapped: ${column.unmappable ?? 'its type is not known'}`,
    `Leave it out under fields: { ${column.name}: false }.`,
  );
}

/** MongoDB treats a leading `$` as an operator in most places and allows no NUL in a name. */
function checkedName(name: string, column: CatalogColumn, field: string): string {
  if (field !== '' && !field.startsWith('$') && !field.includes('\u0000')) return field;
  throw invalid(
    `${name}: column ${column.name} cannot be a field of this name (empty, NUL or a leading $)`,
    `Give it another name under fields: { ${column.name}: other_name }.`,
  );
}

function assertDistinct(name: string, fields: readonly Field[]): void {
  const columns = new Map<string, string>();
  for (const { column, field } of fields) {
    const other = columns.get(field);
    if (other !== undefined)
      throw invalid(
        `${name}: columns ${other} and ${column} are both the field ${field}`,
        'Give one of them another name under fields.',
      );
    columns.set(field, column);
  }
}

const textKinds = ['text', 'varchar', 'char'] as const;
const stringKinds = [
  'bool',
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'timestamptz',
  'timestamp',
  'uuid',
  'bytea',
] as const;

/** Which kinds may be set to a document type other than the usual one. */
const documentKinds: Record<DocumentType, readonly ColumnType['kind'][]> = {
  string: stringKinds,
  date: ['date'],
  double: ['numeric'],
  objectId: textKinds,
};

function documentType(name: string, column: CatalogColumn, type: ColumnType, wish: string | undefined): ColumnType {
  if (wish === undefined) return type;
  const allowed = (Object.keys(documentKinds) as DocumentType[]).filter((each) =>
    documentKinds[each].includes(type.kind),
  );
  const chosen = allowed.find((each) => each === wish);
  if (chosen !== undefined) return { ...type, document: chosen };
  const remedy =
    allowed.length === 0 ? 'Remove the type from the entry.' : `Use one of: ${allowed.join(', ')}; or remove the type.`;
  throw invalid(
    `${name}: column ${column.name} (${type.sql}) cannot be a ${wish} in the document${didYouMean(wish, allowed)}`,
    remedy,
  );
}

export function invalid(message: string, remedy: string): IsthmusError {
  return new IsthmusError('mapping_invalid', { message, remedy });
}
