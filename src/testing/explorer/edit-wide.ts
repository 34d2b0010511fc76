/** What a user makes of a record of several fields: a stamp of its own always, some of the other fields now and then. Must not know the engine. */
import type { State, Value } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { Random } from '../random.js';
import { atomsOf, hit, letter, ofPieces, type WideName, wideFields, wideNames } from './wide-fields.js';

/** Names and numbers that nobody has had before in this run. */
export interface Fresh {
  number(): number;
  /** A place of a record's counter; null: there are no more. */
  place(): number | null;
}

export interface Edit {
  readonly random: Random;
  readonly fresh: Fresh;
  readonly side: Side;
}

export function editWide(edit: Edit, found: State): readonly Value[] {
  return wideNames.map((name, index) => {
    const before = found?.[index] ?? null;
    if (name === 'stamp') return `s${edit.fresh.number()}`;
    if (name === 'vector') return found === null || edit.random.chance(0.7) ? counted(before, edit.side) : before;
    return edit.random.chance(found === null ? 0.7 : 0.3) ? changed(edit, name, before) : before;
  });
}

function changed(edit: Edit, name: WideName, before: Value): Value {
  const { random } = edit;
  if (random.chance(0.04)) return null;
  if (name === 'owner') return random.pick(['sql', 'mongodb', 'nobody']);
  if (wideFields[name].make === 'register') return registerOf(name, edit.fresh.number());
  if (name === 'hits') return countedOn(before, edit.fresh.place());
  const pieces = [...atomsOf(name, before)];
  if (pieces.length > 0 && random.chance(0.4)) pieces.splice(random.int(pieces.length), 1);
  if (random.chance(0.7)) pieces.splice(random.int(pieces.length + 1), 0, newPiece(name, edit.fresh));
  return ofPieces(name, pieces);
}

/** As an application counts: without looking at what others counted. */
function countedOn(before: Value, place: number | null): Value {
  return place === null ? before : (BigInt(before ?? 0) + hit(place)).toString();
}

function newPiece(name: WideName, fresh: Fresh): string {
  return name === 'note' ? letter(fresh.number()) : `${name}${fresh.number()}`;
}

/** Unique, and not in the order in which they are made: a later one is as often smaller. */
function registerOf(name: WideName, n: number): string {
  const scattered = (n * 37) % 1009;
  return name === 'at' ? new Date(1_700_000_000_000 + scattered * 1000).toISOString() : String(scattered);
}

function counted(before: Value, side: Side): string {
  const vector = { mongodb: 0, sql: 0, ...(before === null ? {} : (JSON.parse(before) as Record<Side, number>)) };
  vector[side]++;
  return JSON.stringify({ mongodb: vector.mongodb, sql: vector.sql });
}
