/** Merging long texts (`text`, `ot`): processor time of one merge of 200 kB, by the number of edits on each side. Needs no server. */
import { mergeText } from '../src/conflict/ot/merge-text.js';
import { Random } from '../src/testing/random.js';
import { editedText } from '../src/testing/texts.js';
import { below, type Report, type Row } from './report.js';

const characters = 200_000;
const barMs = 50;

export function texts(): Report {
  const random = new Random(1);
  const words = Array.from({ length: 35_000 }, () => `w${random.int(5000)}${random.chance(0.1) ? '.\n' : ' '}`);
  const base = words.join('').slice(0, characters);
  const rows = [1, 100, 500, 2000].map((edits) => ({ edits, ...timed(base, edits, random) }));
  const usual = rows.find(({ edits }) => edits === 100) as (typeof rows)[number];
  return {
    name: 'texts: one merge of 200 kB, edited on both sides',
    rows: rows.map(
      ({ edits, median, least }): Row => ({ 'edits on each side': edits, 'median ms': median, 'least ms': least }),
    ),
    ratios: [],
    bars: [below('a merge of 200 kB with 100 edits on each side, ms', usual.median, barMs)],
  };
}

function timed(base: string, edits: number, random: Random): { readonly median: number; readonly least: number } {
  const [sql, mongodb] = [editedText(random, base, edits), editedText(random, base, edits)];
  const times = Array.from({ length: 9 }, () => {
    const start = process.cpuUsage();
    mergeText(base, sql, mongodb);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  }).sort((a, b) => a - b);
  return { median: times[4] as number, least: times[0] as number };
}
