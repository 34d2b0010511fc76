/**
 * Guesses what a field is for from its type, its name and how long its values are, as the adviser needs it. Pure; it must
 * not know which strategy follows from it.
 */
import type { ColumnKind, ColumnType } from '../model/entity.js';

export type FieldKind =
  /** Prose that people edit. */
  | 'text'
  /** Data with fields of its own. */
  | 'document'
  /** Goes up and down in steps. */
  | 'counter'
  /** A counter with a limit that each side checks for itself: stock, a balance. */
  | 'account'
  /** A list without order. */
  | 'set'
  /** Only ever goes up: a version, the time of the last change. */
  | 'latest'
  /** A sum of money that is stated, not counted. */
  | 'amount'
  | 'plain';

export interface FieldFacts {
  /** The column's name. */
  readonly name: string;
  readonly type: ColumnType;
  /** How long the column's values are on average, as the database's statistics have it; null: not known. */
  readonly averageBytes: number | null;
}

/** Above this a text is prose even where its name does not say so. */
const longTextBytes = 200;

const whole: readonly ColumnKind[] = ['int2', 'int4', 'int8'];
const exact: readonly ColumnKind[] = [...whole, 'numeric'];
const times: readonly ColumnKind[] = ['timestamptz', 'timestamp'];
const texts: readonly ColumnKind[] = ['text', 'varchar', 'citext'];
/** Elements that lists without order are usually made of; a list of measures has an order, and values that repeat. */
const members: readonly ColumnKind[] = [...texts, ...whole, 'char', 'uuid', 'enum'];

interface Guess {
  readonly kind: FieldKind;
  readonly types: readonly ColumnKind[];
  /** The last word of the name. */
  readonly words: ReadonlySet<string>;
}

const set = (list: string): ReadonlySet<string> => new Set(list.split(' '));

const guesses: readonly Guess[] = [
  { kind: 'account', types: exact, words: set('balance saldo stock inventory available onhand credits') },
  { kind: 'amount', types: exact, words: set('price amount total subtotal cost fee tax discount salary limit rate') },
  {
    kind: 'counter',
    types: exact,
    words: set(
      'count counter counts visits views hits clicks likes dislikes shares downloads points votes upvotes downvotes followers attempts retries logins plays uses',
    ),
  },
  { kind: 'latest', types: whole, words: set('version revision generation') },
  { kind: 'text', types: texts, words: set('bio biography description notes note body comment comments content') },
  {
    kind: 'text',
    types: texts,
    words: set('summary about remark remarks details story article abstract message text'),
  },
];

/** Long texts that a program made: two versions of them cannot be woven together. */
const machineWords = set(
  'token hash key secret signature url uri password image data payload certificate json xml sql',
);
const orderedWords = set('path coordinates point points vector embedding matrix history log steps queue ranking');
/** JSON of these names is a list, not an object. */
const memberWords = set('tags labels roles categories keywords permissions interests favorites favourites');
const updateWords = set('updated modified changed seen login active used touched synced edited');

export function fieldKind({ name, type, averageBytes }: FieldFacts): FieldKind {
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  if (type.kind === 'json' || type.kind === 'jsonb') return memberWords.has(last) ? 'set' : 'document';
  if (type.kind === 'array') return isSet(type, last) ? 'set' : 'plain';
  if (times.includes(type.kind)) return isUpdateTime(words) ? 'latest' : 'plain';
  if (texts.includes(type.kind) && tooShort(type)) return 'plain';
  const guess = guesses.find(({ types, words: known }) => types.includes(type.kind) && known.has(last));
  if (guess !== undefined) return guess.kind;
  if (whole.includes(type.kind) && (words[0] === 'num' || words[0] === 'count') && words.length > 1) return 'counter';
  return isLongProse(type, last, averageBytes) ? 'text' : 'plain';
}

export type TableKind = 'profile' | 'settings' | 'plain';

const profileWords = set(
  'user users customer customers account accounts profile profiles member members person persons people contact contacts employee employees client clients patient patients student students supplier suppliers vendor vendors company companies organization organizations organisation organisations',
);
const settingsWords = set(
  'setting settings preference preferences config configs configuration configurations option options flags',
);

/** From the last word of the table's name: `user_settings` are settings. */
export function tableKind(table: string): TableKind {
  const last = wordsOf(table).at(-1) ?? '';
  if (profileWords.has(last)) return 'profile';
  return settingsWords.has(last) ? 'settings' : 'plain';
}

/** An application's own version vector, as `strategy: version_vector` can use it. */
export function looksLikeVector(name: string, type: ColumnType): boolean {
  return (
    (type.kind === 'json' || type.kind === 'jsonb') &&
    /^(version_?vector|vector_?clock|vclock)$/i.test(name.replaceAll('-', '_'))
  );
}

/** `lastSeenAt`, `last_seen_at` and `Last Seen At` are the same three words. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '');
}

function isSet({ element }: ColumnType, last: string): boolean {
  return element !== undefined && members.includes(element.kind) && !orderedWords.has(last);
}

/** `updated_at`, `last_seen`, `modified`. */
function isUpdateTime(words: readonly string[]): boolean {
  return words.some((word) => updateWords.has(word));
}

function tooShort({ length }: ColumnType): boolean {
  return length !== undefined && length < 100;
}

function isLongProse(type: ColumnType, last: string, averageBytes: number | null): boolean {
  return type.kind === 'text' && (averageBytes ?? 0) >= longTextBytes && !machineWords.has(last);
}
