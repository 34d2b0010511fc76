/**
 * What to do with each column of a published table: made once when pgoutput describes the table, used for each row.
 * Must not know what a transaction is.
 */
import type { ColumnType, Entity, Field } from '../../model/entity.js';
import type { Value } from '../../model/record.js';
import type { RelationMessage } from './wire.js';

export type ReadText = (text: string) => Value;

export type ReadTextOf = (type: ColumnType) => ReadText;

/** What the catalog said of an entity's table when the mapping was made: tells a rename or a new type in the log. */
export interface TableIdentity {
  readonly oid: number;
  /** Column → oid of its type; all columns, mapped or not. */
  readonly columns: ReadonlyMap<string, number>;
  /** Where the log ended just before that, as 16 hex digits: what stands before it may lack a column that was added since. */
  readonly asOf: string;
}

export interface RelationPlan {
  readonly entity: Entity;
  readonly columns: number;
  /** Per column of the table: index into the values (key first, then `Entity.fields`), or -1: not mapped. */
  readonly slots: Int32Array;
  /** Per column of the table. */
  readonly read: readonly ReadText[];
  readonly keyLength: number;
  /** Key and fields together. */
  readonly length: number;
}

export type PlanResult =
  | { readonly kind: 'plan'; readonly plan: RelationPlan; readonly newColumns: readonly string[] }
  | { readonly kind: 'stop'; readonly reason: string };

const unread: ReadText = (text) => text;

export function planRelation(
  relation: RelationMessage,
  entity: Entity,
  options: { readText: ReadTextOf; known: TableIdentity | undefined; lsn: string },
): PlanResult {
  const reason = whyNot(relation, entity, options);
  if (reason !== null) return { kind: 'stop', reason };
  const all: readonly Field[] = [...entity.key, ...entity.fields];
  const slotOf = new Map(all.map((field, index) => [field.column, index]));
  const slots = new Int32Array(relation.columns.length).fill(-1);
  const read = relation.columns.map((column, index) => {
    const slot = slotOf.get(column.name);
    if (slot === undefined) return unread;
    slots[index] = slot;
    return options.readText((all[slot] as Field).type);
  });
  const newColumns = relation.columns
    .map((column) => column.name)
    .filter((name) => options.known !== undefined && !options.known.columns.has(name));
  const plan = {
    entity,
    columns: relation.columns.length,
    slots,
    read,
    keyLength: entity.key.length,
    length: all.length,
  };
  return { kind: 'plan', plan, newColumns };
}

/** Why changes of this table can no longer be read as the entity's, or null. */
function whyNot(
  relation: RelationMessage,
  entity: Entity,
  { known, lsn }: { known: TableIdentity | undefined; lsn: string },
): string | null {
  if (known !== undefined && known.oid !== relation.oid)
    return `table ${entity.name} was dropped and made anew, or another table took its name`;
  const columns = new Map(relation.columns.map((column) => [column.name, column.typeOid]));
  for (const field of [...entity.key, ...entity.fields]) {
    const typeOid = columns.get(field.column);
    const added = known !== undefined && lsn < known.asOf && known.columns.has(field.column);
    if (typeOid === undefined && added) continue; // null until the log comes to where it was added
    if (typeOid === undefined) return `column ${field.column} of ${entity.name} was dropped or renamed`;
    if (known !== undefined && (known.columns.get(field.column) ?? typeOid) !== typeOid)
      return `column ${field.column} of ${entity.name} has another type now`;
  }
  if (relation.replicaIdentity !== 'f')
    return `${entity.name} no longer has REPLICA IDENTITY FULL, so its changes come without the state before`;
  return null;
}
