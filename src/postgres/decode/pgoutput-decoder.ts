/**
 * Decodes pgoutput (protocol version 1, text, messages on) into source events. Pure: bytes go in by `push`, events
 * come out by `take`. Must not know a connection.
 */
import { IsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { boundedState } from '../../model/bounded-state.js';
import type { Entity } from '../../model/entity.js';
import { encodeKey } from '../../model/key.js';
import type { State, Value } from '../../model/record.js';
import type { LaneOf } from '../../model/share.js';
import type { SourceEvent } from '../../ports/change-source.js';
import type { ReadPosition } from './position.js';
import { planRelation, type ReadTextOf, type RelationPlan, type TableIdentity } from './relation-plan.js';
import { type ProgressRow, TransactionAssembler } from './transaction-assembler.js';
import { TupleReader } from './tuple.js';
import { type RelationColumn, readBegin, readMessage, readRelation, readTruncate, tag } from './wire.js';

export interface DecoderOptions {
  /** The sync's name: tells our marks. */
  readonly name: string;
  /** Tells our progress rows. */
  readonly laneOf: LaneOf;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly readText: ReadTextOf;
  /** Entity → its table as the catalog had it; without, renames and new types are not noticed. */
  readonly tables?: ReadonlyMap<string, TableIdentity>;
  readonly from: ReadPosition;
  /** Changes of a part of a large transaction. */
  readonly partSize: number;
  readonly log: Logger;
}

type Relation =
  | { readonly kind: 'entity'; readonly plan: RelationPlan }
  | { readonly kind: 'stopped' | 'ignored' }
  | { readonly kind: 'progress'; readonly columns: readonly RelationColumn[] };

const oldRow = 0x4f; // O

export class PgoutputDecoder {
  private readonly relations = new Map<number, Relation>();
  /** What was said once is not said again when the server repeats a table's description. */
  private readonly said = new Set<string>();
  private readonly tuples = new TupleReader();
  private readonly transaction: TransactionAssembler;
  private readonly markPrefix: string;
  private lastOid = -1;
  private lastRelation: Relation = { kind: 'ignored' };

  constructor(private readonly options: DecoderOptions) {
    this.transaction = new TransactionAssembler(options.from, options.partSize);
    this.markPrefix = `isthmus_${options.name}`;
  }

  /** Changes and events that wait to be taken. */
  get size(): number {
    return this.transaction.size;
  }

  take(): readonly SourceEvent[] {
    return this.transaction.take();
  }

  /** One message of pgoutput, which begins at `at`. The buffer is not kept. */
  push(buffer: Buffer, at: number): void {
    switch (buffer[at]) {
      case tag.insert:
        return this.row(buffer, at);
      case tag.update:
        return this.row(buffer, at);
      case tag.delete:
        return this.row(buffer, at);
      case tag.begin:
        return this.transaction.begin(readBegin(buffer, at));
      case tag.commit:
        return this.transaction.commit();
      case tag.relation:
        return this.describe(buffer, at);
      case tag.truncate:
        return this.truncate(readTruncate(buffer, at));
      case tag.message:
        return this.message(buffer, at);
      case tag.type:
      case tag.origin:
        return;
      default:
        throw new IsthmusError('metadata_invalid', {
          message: `pgoutput sent a message of unknown kind ${String(buffer[at])}.`,
        });
    }
  }

  private row(buffer: Buffer, at: number): void {
    const oid = buffer.readUInt32BE(at + 1);
    if (oid !== this.lastOid) {
      this.lastOid = oid;
      this.lastRelation = this.relations.get(oid) ?? { kind: 'ignored' };
    }
    const relation = this.lastRelation;
    if (relation.kind === 'entity') this.mappedRow(buffer, at, relation.plan);
    else if (relation.kind === 'progress' && buffer[at] !== tag.delete) this.progressRow(buffer, at, relation.columns);
  }

  private mappedRow(buffer: Buffer, at: number, plan: RelationPlan): void {
    if (buffer[at] === tag.insert) {
      const values = newValues(plan);
      this.tuples.readFirst(buffer, at + 6, plan, values);
      return this.emit(plan, null, values);
    }
    if (buffer[at + 5] !== oldRow)
      return this.transaction.stop(plan.entity.name, `a change of ${plan.entity.name} came without the state before`);
    const before = newValues(plan);
    const next = this.tuples.readFirst(buffer, at + 6, plan, before);
    if (buffer[at] === tag.delete) return this.emit(plan, before, null);
    const after = newValues(plan);
    this.tuples.readSecond(buffer, next + 1, plan, after, before);
    this.emit(plan, before, after);
  }

  /** A change of the primary key is the end of one record and the begin of another. */
  private emit(plan: RelationPlan, before: Value[] | null, after: Value[] | null): void {
    const entity = plan.entity.name;
    const key = recordKey((after ?? before) as Value[], plan.keyLength);
    const beforeState = before === null ? null : fieldsOf(before, plan);
    const afterState = after === null ? null : fieldsOf(after, plan);
    const oldKey = before !== null && after !== null ? recordKey(before, plan.keyLength) : key;
    if (oldKey === key) return this.transaction.change({ entity, key, before: beforeState, after: afterState });
    this.transaction.change({ entity, key: oldKey, before: beforeState, after: null });
    this.transaction.change({ entity, key, before: null, after: afterState });
  }

  private progressRow(buffer: Buffer, at: number, columns: readonly RelationColumn[]): void {
    let position = at + 5;
    if (buffer[at] === tag.update && buffer[position] !== 0x4e) position = skipTuple(buffer, position + 1);
    const row = readTextTuple(buffer, position + 1, columns);
    const lane = this.options.laneOf(row.get('name') ?? '', Number(row.get('lane')));
    if (lane === null) return;
    const progress: ProgressRow = {
      lane,
      number: Number(row.get('number')),
      wrote: row.get('wrote') ?? null,
    };
    // Number 0 is a lane that has not written yet: its row is made by a process that takes over.
    if (progress.number > 0) this.transaction.ownProgress(progress);
  }

  private describe(buffer: Buffer, at: number): void {
    const message = readRelation(buffer, at);
    this.lastOid = -1;
    if (message.schema === 'isthmus' && message.table === 'progress') {
      this.relations.set(message.oid, { kind: 'progress', columns: message.columns });
      return;
    }
    const renamed = this.renamedEntity(message.oid, `${message.schema}.${message.table}`);
    if (renamed !== null) this.stopOnce(renamed, `table ${renamed} was renamed`);
    const entity = this.options.entities.get(`${message.schema}.${message.table}`);
    if (entity === undefined) {
      this.relations.set(message.oid, { kind: 'ignored' });
      return;
    }
    const result = planRelation(message, entity, {
      readText: this.options.readText,
      known: this.options.tables?.get(entity.name),
      lsn: this.transaction.at,
    });
    if (result.kind === 'stop') {
      this.relations.set(message.oid, { kind: 'stopped' });
      return this.stopOnce(entity.name, result.reason);
    }
    this.relations.set(message.oid, { kind: 'entity', plan: result.plan });
    for (const column of result.newColumns)
      if (this.once(`${entity.name} ${column}`))
        this.options.log.warn({ table: entity.name, column }, 'a new column is not mapped; restart to map it');
  }

  /** The entity whose table this is, if it goes by another name now. */
  private renamedEntity(oid: number, name: string): string | null {
    for (const [entity, table] of this.options.tables ?? []) if (table.oid === oid && entity !== name) return entity;
    return null;
  }

  private truncate(oids: readonly number[]): void {
    for (const oid of oids) {
      const relation = this.relations.get(oid);
      if (relation?.kind === 'entity')
        this.transaction.stop(relation.plan.entity.name, `table ${relation.plan.entity.name} was truncated`);
    }
  }

  private message(buffer: Buffer, at: number): void {
    const message = readMessage(buffer, at);
    if (message.transactional && message.prefix === this.markPrefix) this.transaction.mark(message.content);
  }

  private stopOnce(entity: string, reason: string): void {
    if (this.once(`${entity} ${reason}`)) this.transaction.stop(entity, reason);
  }

  private once(what: string): boolean {
    if (this.said.has(what)) return false;
    this.said.add(what);
    return true;
  }
}

function newValues(plan: RelationPlan): Value[] {
  return new Array<Value>(plan.length).fill(null);
}

function recordKey(values: readonly Value[], keyLength: number): string {
  return keyLength === 1 ? (values[0] as string) : encodeKey(values.slice(0, keyLength) as string[]);
}

function fieldsOf(values: Value[], plan: RelationPlan): State {
  return boundedState(values.slice(plan.keyLength));
}

function skipTuple(buffer: Buffer, at: number): number {
  const count = buffer.readUInt16BE(at);
  let position = at + 2;
  for (let i = 0; i < count; i++) {
    const kind = buffer[position++];
    if (kind === 0x74) position += 4 + buffer.readUInt32BE(position);
  }
  return position;
}

function readTextTuple(
  buffer: Buffer,
  at: number,
  columns: readonly RelationColumn[],
): ReadonlyMap<string, string | null> {
  const row = new Map<string, string | null>();
  let position = at + 2;
  for (const column of columns) {
    const kind = buffer[position++];
    const length = kind === 0x74 ? buffer.readUInt32BE(position) : -1;
    row.set(column.name, length < 0 ? null : buffer.toString('utf8', position + 4, position + 4 + length));
    if (length >= 0) position += 4 + length;
  }
  return row;
}
