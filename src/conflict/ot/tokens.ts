/**
 * Cuts a text into pieces that no edit may cut further: words for a first look, grapheme clusters for a second.
 * Must not know what the pieces are compared with.
 *
 * The clusters are those of UAX 29 or larger: every border here is a border there (a test holds it against
 * `Intl.Segmenter`). They are written out as an expression because `Intl.Segmenter` takes seconds for 200 kB and
 * changes with each version of ICU, while a decision must be the same on every machine.
 */

/** What joins the next character: prepended marks, leading Hangul jamo. */
const leading =
  '\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u0d4e\\u1100-\\u115f\\ua960-\\ua97c\\u{110bd}\\u{110cd}\\u{111c2}\\u{111c3}\\u{113d1}\\u{1193f}\\u{11941}\\u{11a3a}\\u{11a84}-\\u{11a89}\\u{11d46}\\u{11f02}';

/** What joins the character before it: marks, joiners, skin tones, tags, further jamo, vowels that are no marks. */
const trailing =
  '\\p{M}\\u200c\\u200d\\u{1f3fb}-\\u{1f3ff}\\u{e0020}-\\u{e007f}\\u1160-\\u11ff\\ud7b0-\\ud7fb\\uff9e\\uff9f\\u0e33\\u0eb3\\u{16d63}\\u{16d67}-\\u{16d6a}';

/** What joins the characters on both sides of it: the zero-width joiner and the viramas. */
const joining =
  '\\u200d\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0c4d\\u0ccd\\u0d4d\\u1039\\u17d2\\u1a60\\u1b44\\u1bab\\ua9c0\\uaaf6\\u{10a3f}\\u{11133}\\u{113d0}\\u{1193e}\\u{11a47}\\u{11a99}\\u{11f42}';

/** Scripts that put no space between words: each cluster counts as a word. */
const unspaced =
  '\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u31f0-\\u31ff\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}';

const rest = `(?:[${joining}][${trailing}]*[^\\s\\p{RI}${leading}]|[${trailing}])*`;
const cluster = `[${leading}]*(?:\\r\\n|\\p{RI}{2}|[^])${rest}`;
const word = `(?:[[\\p{L}\\p{N}_]--[${leading}${unspaced}]]${rest})+[ \\t]*(?![${trailing}])`;

const clusterPattern = new RegExp(cluster, 'gv');
/** What a word is, wherever it stands. */
export const wordPattern = new RegExp(`${word}|${cluster}`, 'gv');

/** Where all is ASCII, `wordPattern` says no more than this, at half the cost. */
const asciiWordPattern = /[A-Za-z0-9_]+[ \t]*|\r\n|[^]/g;
const ascii = /^[\0-\x7f]*$/;

/** Joined they are the text again. */
export function clustersOf(text: string): readonly string[] {
  return text.match(clusterPattern) ?? [];
}

/** Lines with their line feeds. */
export function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Words with the blanks after them, and single clusters; joined they are the text again. */
export function wordsOf(text: string): readonly string[] {
  if (ascii.test(text)) return text.match(asciiWordPattern) ?? [];
  const words: string[] = [];
  // One accent does not make a long text slow: nothing reaches over a line feed that an ASCII character follows.
  for (const line of text.split(/(?<=\n)(?=[\0-\x7f])/)) {
    for (const word of line.match(ascii.test(line) ? asciiWordPattern : wordPattern) ?? []) words.push(word);
  }
  return words;
}
