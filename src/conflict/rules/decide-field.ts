/** The rules that make one value of both sides', by name. Their results are checked against the column here, for all of them. */
import type { DecideField, FieldAnswer, FieldCase } from '../field-case.js';
import { isCanonical } from '../fits-column.js';
import { decideText } from '../ot/decide-text.js';
import type { FieldRule } from '../policy.js';
import { decideCounter } from './counter.js';
import { decideMax, decideMin } from './extremes.js';
import { mergeArray } from './merge-array.js';
import { mergeObject } from './merge-object.js';
import { decideSet } from './set.js';

const makers: Readonly<Partial<Record<FieldRule['rule'], DecideField>>> = {
  text: decideText,
  counter: decideCounter,
  set: decideSet,
  max: decideMax,
  min: decideMin,
  merge_array: mergeArray,
  merge_object: mergeObject,
};

export function decideField(rule: FieldRule['rule'], one: FieldCase): FieldAnswer {
  const answer = makers[rule]?.(one) ?? { decided: false, reason: `the rule ${rule} has no answer` };
  if (!answer.decided || answer.value === one.sql || answer.value === one.mongodb) return answer;
  if (isCanonical(one.field.type, answer.value)) return answer;
  return { decided: false, reason: `what the rule ${rule} makes of both does not fit ${one.field.type.sql}` };
}
