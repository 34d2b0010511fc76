/**
 * Conflicts and agreements as documents of `sync_metadata`: the shape that people and tools read (`interface.md`), and beside it, in `internal`, the
 * canonical form from which the engine gets back exactly what it stored. Must not know when they are written.
 */
import { Binary, BSON, type Document } from 'mongodb';
import type {
  Agreement,
  ConflictRecord,
  ConflictState,
  DeadLetter,
  Discard,
  Ending,
  Settlement,
  SideVersion,
} from '../model/conflict.js';
import type { Entity } from '../model/entity.js';
import type { State } from '../model/record.js';
import { seenToken } from '../model/seen.js';
import { stateOfText, stateText } from './held-rows.js';
import { RawDocument } from './records.js';
import { documentOf } from './types-document.js';

/** A document may have 16 MB: beyond this the raw versions are left out. */
const documentBytes = 15_000_000;

/** With its size, which takes as long to find as the document takes to make. */
export interface SizedDocument {
  readonly document: Document;
  readonly bytes: number;
}

export function endingDocument(name: string, entity: Entity, ending: Ending): SizedDocument {
  return ending.type === 'discard'
    ? sized(discardDocument(name, entity, ending))
    : settlementDocument(name, entity, ending);
}

export function settlementDocument(name: string, entity: Entity, settlement: Settlement): SizedDocument {
  if (settlement.type === 'agreement') return sized(agreementDocument(name, entity, settlement));
  const whole = sized(conflictDocument(name, entity, settlement, true));
  return whole.bytes <= documentBytes ? whole : sized(smallerDocument(name, entity, settlement));
}

function smallerDocument(name: string, entity: Entity, settlement: ConflictRecord): Document {
  const bare = conflictDocument(name, entity, settlement, false);
  if (sized(bare).bytes <= documentBytes) return bare;
  // What the engine needs stays; a decision that does not fit is refused by the server before anything is written.
  const unshown = { ...bare, base: null, sqlEvent: null, mongoEvent: null, resolvedData: null };
  if (settlement.state !== 'pending' || sized(unshown).bytes <= documentBytes) return unshown;
  const side = { state: null, time: null, version: null, raw: 'null' };
  return { ...unshown, internal: { ...bare['internal'], base: null, sql: side, mongodb: side } };
}

function sized(document: Document): SizedDocument {
  return { document, bytes: BSON.calculateObjectSize(document) };
}

function agreementDocument(name: string, entity: Entity, agreement: Agreement): Document {
  const { id, key, base, decision, createdAt } = agreement;
  return {
    _id: id,
    name,
    table: entity.name,
    collection: entity.collection,
    key: shownKey(entity, key),
    created_at: new Date(createdAt),
    state: 'propagating',
    internal: {
      entity: entity.name,
      key,
      base: stateText(entity, base),
      decision: stateText(entity, decision),
      ...stoodText(entity, agreement),
      createdAt,
    },
  };
}

function stoodText(entity: Entity, { stood }: Settlement): Document {
  return stood === undefined ? {} : { stood: stateText(entity, stood.sql) };
}

function conflictDocument(name: string, entity: Entity, conflict: ConflictRecord, raw: boolean): Document {
  const {
    id,
    key,
    kind,
    base,
    sql,
    mongodb,
    resolution,
    decision,
    strategy,
    fields,
    reason,
    state,
    createdAt,
    resolvedAt,
    resolvedBy,
  } = conflict;
  const shown = (value: State): Document | null => documentOf(entity, conflict, value);
  const before = shown(base);
  return {
    _id: id,
    conflictId: id,
    name,
    table: entity.name,
    collection: entity.collection,
    key: shownKey(entity, key),
    kind,
    base: before,
    sqlEvent: event(entity, conflict, { source: 'sql', before, raw }),
    mongoEvent: event(entity, conflict, { source: 'mongodb', before, raw }),
    resolution,
    resolvedData: resolution === 'pending' ? null : shown(decision),
    strategy,
    fields: pairs(fields),
    reason,
    state,
    seen: state === 'pending' ? seenToken(conflict) : null,
    created_at: new Date(createdAt),
    resolvedAt: resolvedAt === null ? null : new Date(resolvedAt),
    resolvedBy,
    internal: {
      entity: entity.name,
      key,
      base: stateText(entity, base),
      decision: stateText(entity, decision),
      ...stoodText(entity, conflict),
      createdAt,
      fields: JSON.stringify(fields),
      sql: version(entity, sql, raw),
      mongodb: version(entity, mongodb, raw),
    },
  };
}

interface Shown {
  readonly source: 'sql' | 'mongodb';
  /** The ancestor, as it is shown. */
  readonly before: Document | null;
  /** Whether with the whole row or document. */
  readonly raw: boolean;
}

function event(entity: Entity, conflict: ConflictRecord, { source, before, raw }: Shown): Document {
  const { base, [source]: side } = conflict;
  const operation = side.state === null ? 'delete' : base === null ? 'insert' : 'update';
  return {
    source,
    operation: base === null && side.state === null ? 'none' : operation,
    table: entity.name,
    key: shownKey(entity, conflict.key),
    before,
    after: documentOf(entity, conflict, side.state),
    timestamp: typeof side.time === 'number' ? new Date(side.time) : side.time,
    version: side.version,
    raw: raw ? shownRaw(side.raw) : null,
  };
}

/** For people. The exact bytes of a document stand in `internal`. */
function shownRaw(raw: unknown): unknown {
  return raw instanceof RawDocument ? raw.toObject() : (raw ?? null);
}

function version(entity: Entity, side: SideVersion, raw: boolean): Document {
  const kept = side.raw instanceof RawDocument ? new Binary(side.raw.bytes) : JSON.stringify(side.raw ?? null);
  return { state: stateText(entity, side.state), time: side.time, version: side.version, raw: raw ? kept : 'null' };
}

function sideVersion(entity: Entity, stored: Document): SideVersion {
  // Absent where it was not asked for.
  const raw = (stored['raw'] ?? 'null') as Binary | string;
  return {
    state: stateOfText(entity, stored['state'] as string | null),
    raw: typeof raw === 'string' ? (JSON.parse(raw) as unknown) : new RawDocument(raw.value()),
    time: stored['time'] as SideVersion['time'],
    version: (stored['version'] ?? null) as SideVersion['version'],
  };
}

export function settlementOf(entity: Entity, stored: Document): Settlement {
  const internal = stored['internal'] as Document;
  const common = {
    id: String(stored['_id']),
    entity: entity.name,
    key: internal['key'] as string,
    base: stateOfText(entity, internal['base'] as string | null),
    decision: stateOfText(entity, internal['decision'] as string | null),
    createdAt: internal['createdAt'] as number,
    ...('stood' in internal && { stood: { sql: stateOfText(entity, internal['stood'] as string | null) } }),
  };
  return stored['kind'] === undefined ? { type: 'agreement', ...common } : conflictOf(entity, stored, common);
}

function conflictOf(entity: Entity, stored: Document, common: Omit<Agreement, 'type'>): ConflictRecord {
  const internal = stored['internal'] as Document;
  const resolvedAt = stored['resolvedAt'] as Date | null;
  return {
    type: 'conflict',
    ...common,
    kind: stored['kind'] as ConflictRecord['kind'],
    sql: sideVersion(entity, internal['sql'] as Document),
    mongodb: sideVersion(entity, internal['mongodb'] as Document),
    resolution: stored['resolution'] as ConflictRecord['resolution'],
    strategy: stored['strategy'] as string,
    fields: JSON.parse(internal['fields'] as string) as Record<string, string>,
    reason: stored['reason'] as string | null,
    state: stored['state'] as ConflictState,
    resolvedAt: resolvedAt === null ? null : resolvedAt.getTime(),
    resolvedBy: stored['resolvedBy'] as string | null,
  };
}

export function deadLetterDocument(name: string, entity: Entity, letter: DeadLetter): Document {
  const whole = wholeDeadLetter(name, entity, letter);
  if (sized(whole).bytes <= documentBytes) return whole;
  return { ...whole, before: null, after: null, internal: { ...whole['internal'], base: null, tip: null } };
}

function wholeDeadLetter(name: string, entity: Entity, letter: DeadLetter): Document {
  const { id, key, link, base, tip, code, reason, attempts, firstAt, lastAt } = letter;
  return {
    _id: id,
    name,
    table: entity.name,
    collection: entity.collection,
    key: shownKey(entity, key),
    link,
    code,
    reason,
    attempts,
    before: documentOf(entity, letter, base),
    after: documentOf(entity, letter, tip),
    firstAt: new Date(firstAt),
    lastAt: new Date(lastAt),
    internal: { entity: entity.name, key, base: stateText(entity, base), tip: stateText(entity, tip) },
  };
}

/** The letter's own document, which says from now on who gave it up. */
function discardDocument(name: string, entity: Entity, { letter, by, at }: Discard): Document {
  return {
    ...deadLetterDocument(name, entity, letter),
    state: 'propagating',
    discardedAt: new Date(at),
    discardedBy: by,
  };
}

export function discardOf(entity: Entity, stored: Document): Discard {
  const letter = deadLetterOf(entity, stored);
  return {
    type: 'discard',
    id: letter.id,
    entity: letter.entity,
    key: letter.key,
    letter,
    by: stored['discardedBy'] as string,
    at: (stored['discardedAt'] as Date).getTime(),
  };
}

export function deadLetterOf(entity: Entity, stored: Document): DeadLetter {
  const internal = stored['internal'] as Document;
  return {
    id: String(stored['_id']),
    entity: entity.name,
    key: internal['key'] as string,
    link: stored['link'] as DeadLetter['link'],
    base: stateOfText(entity, internal['base'] as string | null),
    tip: stateOfText(entity, internal['tip'] as string | null),
    code: stored['code'] as string,
    reason: stored['reason'] as string,
    attempts: stored['attempts'] as number,
    firstAt: (stored['firstAt'] as Date).getTime(),
    lastAt: (stored['lastAt'] as Date).getTime(),
  };
}

/** The key as it stands in the document. */
function shownKey(entity: Entity, key: string): unknown {
  const shown = documentOf(
    entity,
    { entity: entity.name, key },
    entity.fields.map(() => null),
  );
  return (shown?.['_id'] as unknown) ?? key;
}

/** A Map, so that a field named `__proto__` stays one. */
function pairs(fields: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(fields));
}
