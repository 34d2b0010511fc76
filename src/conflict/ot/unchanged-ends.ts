/** What two texts share at both ends, so that one edit in a long text does not cost the whole text. Must not know how they are cut into words. */

interface Ends {
  /** UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** Whether a text may be cut before `at`, whatever else stands in it. */
export type IsCut = (text: string, at: number) => boolean;

/** How much of the end is kept back: an insert right before it is read as late as it can stand, see `slideGaps`. */
const slack = 1000;

/** Cut only where `isCut` says so, so that this changes nothing but the time. */
export function unchangedEnds(a: string, b: string, isCut: IsCut): Ends {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  while (start > 0 && !(isCut(a, start) && isCut(b, start))) start--;
  let end = 0;
  while (end < shorter - start && a.charCodeAt(a.length - end - 1) === b.charCodeAt(b.length - end - 1)) end++;
  end = Math.max(0, end - slack);
  while (end > 0 && !(isCut(a, a.length - end) && isCut(b, b.length - end))) end--;
  return { start, end };
}

const wordStart =
  /[ \t\n][A-Za-z0-9\u00c0-\u024f\u0391-\u03c9\u0410-\u044f\u4e00-\u9fff\uac00-\ud7a3]|[\u4e00-\u9fff]{2}/;
const clusterStart = /[ -~\u00c0-\u024f\u0391-\u03c9\u0410-\u044f\u4e00-\u9fff]{2}/;

export const isLineStart: IsCut = (text, at) => text.charAt(at - 1) === '\n';

/** A word begins here: a blank and a letter that stands alone in every script's rules, or two Chinese characters. */
export const isWordStart: IsCut = (text, at) => wordStart.test(text.slice(at - 1, at + 1));

/** A cluster begins here: two characters that neither take marks nor are marks. */
export const isClusterStart: IsCut = (text, at) => clusterStart.test(text.slice(at - 1, at + 1));
