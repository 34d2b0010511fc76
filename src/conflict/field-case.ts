/** One field that both sides changed, and what a rule says of it. Types only. */
import type { Field } from '../model/entity.js';
import type { Value } from '../model/record.js';
import type { Side } from '../model/side.js';

/** Values are canonical and none is refused; `base` is null too where there was no record. */
export interface FieldCase {
  readonly field: Field;
  readonly base: Value;
  readonly sql: Value;
  readonly mongodb: Value;
  /** Which side committed later, corrected for the clocks' skew. */
  readonly later: Side;
}

export type FieldAnswer =
  | { readonly decided: true; readonly value: Value }
  /** Why a person must decide, without the value. */
  | { readonly decided: false; readonly reason: string };

/** Pure. The same for both orders of arrival; a value it makes must be canonical for the field's type. */
export type DecideField = (one: FieldCase) => FieldAnswer;
