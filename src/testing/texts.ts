/** Seeded texts of what breaks careless code: emoji, flags, marks, CRLF, letters outside the basic plane. */
import type { Random } from './random.js';

const clusters = [
  ...'aab  .\n',
  '\r\n',
  'e\u0301',
  'ö',
  '𝒳',
  '😀',
  '👍🏽',
  '👨‍👩‍👧',
  '🇩🇪',
  '🇫🇷',
  '한',
  '字',
  'क्षि',
  'กำ',
  'ж',
  'word ',
  'another word ',
];

export function randomText(random: Random, longest: number): string {
  let text = '';
  for (let left = random.int(longest + 1); left > 0; left--) text += random.pick(clusters);
  return text;
}

/** The text after some inserts, deletes and replacements, each at a random border of two code points. */
export function editedText(random: Random, text: string, edits: number): string {
  const points = [...text];
  for (let left = edits; left > 0; left--) {
    const at = random.int(points.length + 1);
    points.splice(at, random.pick([0, 0, 1, 4]), ...random.pick(['', randomText(random, 3)]));
  }
  return points.join('');
}
