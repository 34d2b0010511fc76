/** One value in a table: what differs from what it was made from is marked inside the text. */
import { changedPart, refusalOf, same, valueText } from '../../view/value.js';

/** Longer ones are cut, with all of it on request. */
const longest = 600;

/** `from`: undefined where there is nothing to compare with. */
export function ShownValue({ value, from }: { value: unknown; from: unknown }) {
  if (value === null || value === undefined) return <span class="null">null</span>;
  const refusal = refusalOf(value);
  if (refusal !== null)
    return (
      <span class="value">
        {refusal.text}
        <small class="problem">cannot cross: {refusal.reason}</small>
      </span>
    );
  const text = valueText(value);
  const isMade = from !== undefined && !same(value, from);
  if (text.length > longest)
    return (
      <details class="value">
        <summary>{text.slice(0, 120)}…</summary>
        {text}
      </details>
    );
  if (text === '') return <span class="null">empty text</span>;
  if (!isMade || from === null || refusalOf(from) !== null)
    return <span class="value">{isMade ? <ins>{text}</ins> : text}</span>;
  const { start, changed, end } = changedPart(text, valueText(from));
  return (
    <span class="value">
      {start}
      {changed === '' ? <span class="cut" title="Something was taken out here" /> : <ins>{changed}</ins>}
      {end}
    </span>
  );
}
