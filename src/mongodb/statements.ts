/**
 * A plan's record writes as write commands, grouped so that a batch is a few round trips. Only fields whose canonical value differs are written, so
 * what is not mapped, and what is equal in another type, stays. Must not know transactions.
 */
import type { RecordWrite } from '../ports/side-store.js';
import { type EntityPlan, type EntityPlans, planOf } from './entity-plan.js';

/** One write command; the server must report that it met `expected` records. */
export interface WriteCommand {
  readonly entity: string;
  readonly command: Readonly<Record<string, unknown>>;
  readonly expected: number;
}

type Kind = 'delete' | 'update' | 'insert';

/** A command is one BSON document of at most 16 MB; sizes are estimated from above. */
const commandBytes = 12_000_000;
const commandStatements = 10_000;
/** Compare bytes, not letters: a collection's collation may call two keys the same. */
const collation = { locale: 'simple' };

export function writeCommands(plans: EntityPlans, writes: readonly RecordWrite[], ordered: boolean): WriteCommand[] {
  const commands: WriteCommand[] = [];
  for (const group of ordered ? runs(writes) : groups(writes)) {
    for (const part of bounded(group)) {
      const [first] = part as [RecordWrite];
      commands.push(command(planOf(plans, first.entity), kindOf(first), part, ordered));
    }
  }
  return commands;
}

/** In order: neighbours of one kind and entity share a command, in which the server keeps their order. */
function runs(writes: readonly RecordWrite[]): RecordWrite[][] {
  const found: RecordWrite[][] = [];
  let name = '';
  for (const write of writes) {
    const next = `${kindOf(write)} ${write.entity}`;
    if (next === name) found[found.length - 1]?.push(write);
    else found.push([write]);
    name = next;
  }
  return found;
}

/** By kind and entity; what is deleted makes room first. */
function groups(writes: readonly RecordWrite[]): RecordWrite[][] {
  const found: Record<Kind, Map<string, RecordWrite[]>> = { delete: new Map(), update: new Map(), insert: new Map() };
  for (const write of writes) {
    const byEntity = found[kindOf(write)];
    const group = byEntity.get(write.entity);
    if (group === undefined) byEntity.set(write.entity, [write]);
    else group.push(write);
  }
  return [...found.delete.values(), ...found.update.values(), ...found.insert.values()];
}

function* bounded(group: readonly RecordWrite[]): Generator<readonly RecordWrite[]> {
  let part: RecordWrite[] = [];
  let bytes = 0;
  for (const write of group) {
    const size = sizeOf(write);
    if (part.length > 0 && (bytes + size > commandBytes || part.length >= commandStatements)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(write);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** UTF-8 takes at most three bytes for a UTF-16 unit; names and types are allowed 60. */
function sizeOf({ key, after }: RecordWrite): number {
  let size = 200 + key.length * 3;
  if (after !== null) for (const value of after) size += 60 + (value === null ? 0 : value.length * 3);
  return size;
}

function kindOf({ before, after }: RecordWrite): Kind {
  if (after === null) return 'delete';
  return before === null ? 'insert' : 'update';
}

function command(plan: EntityPlan, kind: Kind, writes: readonly RecordWrite[], ordered: boolean): WriteCommand {
  const { name, collection } = plan.entity;
  const expected = writes.length;
  if (kind === 'insert')
    return {
      entity: name,
      expected,
      command: { insert: collection, documents: writes.map((write) => document(plan, write)), ordered },
    };
  if (kind === 'update')
    return {
      entity: name,
      expected,
      command: { update: collection, updates: writes.map((write) => update(plan, write)), ordered: true },
    };
  const ids = writes.map(({ key }) => plan.id(key));
  return {
    entity: name,
    expected,
    command: { delete: collection, deletes: [{ q: { _id: { $in: ids } }, limit: 0, collation }], ordered: true },
  };
}

/** Maps keep the order of names that look like integers, and names such as `__proto__`. */
function document(plan: EntityPlan, { key, after }: RecordWrite): Map<string, unknown> {
  const made = new Map<string, unknown>([['_id', plan.id(key)]]);
  plan.entity.fields.forEach(({ field }, slot) => {
    const value = after?.[slot] ?? null;
    if (value !== null) made.set(field, plan.value(slot, value));
  });
  return made;
}

function update(plan: EntityPlan, { key, before, after }: RecordWrite): object {
  const set = new Map<string, unknown>();
  const unset = new Map<string, unknown>();
  let odd = false;
  plan.entity.fields.forEach(({ field }, slot) => {
    const value = after?.[slot] ?? null;
    if (value === (before?.[slot] ?? null)) return;
    odd ||= isOdd(field);
    if (value === null) unset.set(field, '');
    else set.set(field, plan.value(slot, value));
  });
  const u = odd
    ? pipeline(set, unset)
    : { ...(set.size > 0 ? { $set: set } : {}), ...(unset.size > 0 ? { $unset: unset } : {}) };
  return { q: { _id: plan.id(key) }, u, collation };
}

/** `$set` reads dots as paths and refuses "" and a leading `$`; `$setField` takes any name as it is. */
function isOdd(field: string): boolean {
  return field === '' || field.startsWith('$') || field.includes('.');
}

function pipeline(set: ReadonlyMap<string, unknown>, unset: ReadonlyMap<string, unknown>): object[] {
  let input: unknown = '$$ROOT';
  for (const [field, value] of set)
    input = { $setField: { field: { $literal: field }, input, value: { $literal: value } } };
  for (const field of unset.keys()) input = { $setField: { field: { $literal: field }, input, value: '$$REMOVE' } };
  return [{ $replaceWith: input }];
}
