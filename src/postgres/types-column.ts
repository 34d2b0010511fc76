/** Makes a column's type of what the catalog (pg_type) says. Pure. Must not know how the catalog is read. */
import type { ColumnKind, ColumnType } from '../model/entity.js';

/** A row of pg_type, with what it refers to. */
export interface TypeFacts {
  readonly schema: string;
  /** pg_type.typname. */
  readonly name: string;
  /** pg_type.typtype: b(ase), c(omposite), d(omain), e(num), p(seudo), r(ange), m(ultirange). */
  readonly typtype: string;
  /** The column's atttypmod, or -1. */
  readonly typmod: number;
  /** An enum's labels. */
  readonly labels?: readonly string[];
  /** An array's element type; its `typmod` is not read: the array's own holds for it. */
  readonly element?: TypeFacts;
  /** What separates an array's elements in text (pg_type.typdelim of the element); `,` where absent. */
  readonly delimiter?: string;
  /** A domain's base type; its `typmod` is the domain's (pg_type.typtypmod). */
  readonly base?: TypeFacts;
}

export type ColumnTypeResult =
  | { readonly type: ColumnType; readonly unmappable: null }
  | { readonly type: null; readonly unmappable: string };

/** Type names of pg_catalog → kind and the name to cast to, chosen so that a cast alone never cuts a value. */
const known: Readonly<Record<string, readonly [ColumnKind, string]>> = {
  bool: ['bool', 'boolean'],
  int2: ['int2', 'smallint'],
  int4: ['int4', 'integer'],
  int8: ['int8', 'bigint'],
  float4: ['float4', 'real'],
  float8: ['float8', 'double precision'],
  numeric: ['numeric', 'numeric'],
  text: ['text', 'text'],
  varchar: ['varchar', 'varchar'],
  bpchar: ['char', 'bpchar'],
  timestamptz: ['timestamptz', 'timestamptz'],
  timestamp: ['timestamp', 'timestamp'],
  date: ['date', 'date'],
  time: ['time', 'time'],
  timetz: ['timetz', 'timetz'],
  interval: ['interval', 'interval'],
  uuid: ['uuid', 'uuid'],
  bytea: ['bytea', 'bytea'],
  json: ['json', 'json'],
  jsonb: ['jsonb', 'jsonb'],
  /** A cast to plain `bit` would cut to one digit; assignment checks the length. */
  bit: ['opaque', 'bit varying'],
  varbit: ['opaque', 'bit varying'],
};

export function columnType(facts: TypeFacts): ColumnTypeResult {
  if (facts.typtype === 'd' && facts.base !== undefined) return columnType(domainBase(facts, facts.base));
  if (facts.element !== undefined) return arrayType(facts, facts.element);
  if (facts.typtype === 'c') return unmappable(`${facts.name} is a composite type`);
  if (facts.typtype === 'p') return unmappable(`${facts.name} is a pseudo-type`);
  if (facts.typtype === 'e') return mapped({ kind: 'enum', sql: quotedName(facts), labels: facts.labels ?? [] });
  const entry = facts.schema === 'pg_catalog' ? known[facts.name] : undefined;
  if (entry !== undefined) return mapped(withModifier(entry[0], entry[1], facts.typmod));
  return mapped({ kind: facts.name === 'citext' ? 'citext' : 'opaque', sql: quotedName(facts) });
}

/** A domain over an array hands its modifier on; the column itself has none. */
function domainBase(domain: TypeFacts, base: TypeFacts): TypeFacts {
  return base.typmod < 0 && domain.typmod >= 0 ? { ...base, typmod: domain.typmod } : base;
}

function arrayType(facts: TypeFacts, element: TypeFacts): ColumnTypeResult {
  if ((facts.delimiter ?? element.delimiter ?? ',') !== ',')
    return unmappable(`an array of ${element.name} is written with another separator`);
  const own = element.typtype === 'd' ? element.typmod : facts.typmod;
  const inner = columnType({ ...element, typmod: own });
  if (inner.type === null) return inner;
  if (inner.type.kind === 'array') return unmappable(`${facts.name} is an array of arrays made by a domain`);
  // An array of a domain has no cast from an array of its base type in all versions: its own name is the safe one.
  const sql = element.typtype === 'd' ? `${quotedName(element)}[]` : `${inner.type.sql}[]`;
  return mapped({ kind: 'array', sql, element: inner.type });
}

function withModifier(kind: ColumnKind, sql: string, typmod: number): ColumnType {
  if (typmod < 0) return { kind, sql };
  if (kind === 'varchar' || kind === 'char') return { kind, sql, length: typmod - 4 };
  if (kind === 'numeric') {
    const packed = typmod - 4;
    // The scale is signed, in 11 bits, since PostgreSQL 15.
    return { kind, sql, precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 0x400) - 0x400 };
  }
  if (kind === 'interval') return intervalType(sql, typmod);
  if (kind === 'timestamptz' || kind === 'timestamp' || kind === 'time' || kind === 'timetz')
    return { kind, sql, precision: typmod };
  return { kind, sql };
}

const fullRange = 0x7fff;
const fullPrecision = 0xffff;

/** `interval year to month` and the like cut what they are given, so their text is taken as it comes back. */
function intervalType(sql: string, typmod: number): ColumnType {
  if (((typmod >> 16) & fullRange) !== fullRange) return { kind: 'opaque', sql };
  const precision = typmod & fullPrecision;
  return precision === fullPrecision ? { kind: 'interval', sql } : { kind: 'interval', sql, precision };
}

function quotedName(facts: TypeFacts): string {
  const schema =
    facts.schema === 'pg_catalog' || facts.schema === 'public'
      ? facts.schema
      : `"${facts.schema.replaceAll('"', '""')}"`;
  return `${schema}.${quote(facts.name)}`;
}

function quote(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && name !== 'char' ? name : `"${name.replaceAll('"', '""')}"`;
}

function mapped(type: ColumnType): ColumnTypeResult {
  return { type, unmappable: null };
}

function unmappable(reason: string): ColumnTypeResult {
  return { type: null, unmappable: reason };
}
