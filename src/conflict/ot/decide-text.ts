/** The rule `text`: merges a text column that both sides changed. Must not know tables or policies. */
import { textFromString } from '../../model/canonical-string.js';
import type { DecideField } from '../field-case.js';
import { mergeText } from './merge-text.js';

/** An absent text counts as an empty one; a side that set it to null has deleted all, and only what the other inserted is left. */
export const decideText: DecideField = ({ field, base, sql, mongodb }) => {
  const merged = mergeText(base ?? '', sql ?? '', mongodb ?? '');
  const removed = sql === null || mongodb === null;
  if (removed && merged === '' && field.nullable) return { decided: true, value: null };
  const value = textFromString(field.type, merged);
  if (value !== undefined) return { decided: true, value };
  const { sql: name, length } = field.type;
  const reason =
    length === undefined
      ? `both sides' edits together are no value of ${name} in the document`
      : `both sides' edits together are longer than the ${length} characters of the column`;
  return { decided: false, reason };
};
