/** `dead-letters retry` and `dead-letters discard`: sent to a running process. */
import type { LetterAction, LetterAnswer, LetterCounts } from '../../app/sync.js';
import { IsthmusError } from '../../base/errors.js';
import { type ApiTarget, askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Context } from '../context.js';
import { exit } from '../exit.js';
import { plural } from '../format.js';
import { mustBeSynced } from '../synced-table.js';
import { userName } from '../user-name.js';

export interface LetterOptions extends ApiOptions {
  readonly all?: boolean;
  readonly table?: string;
  readonly by?: string;
  readonly yes?: boolean;
}

type Given = LetterOptions & { readonly id: string };

/** A very long list takes a while. */
const limitMs = 600_000;

export async function runAnswer(action: LetterAction, given: Given, context: Context): Promise<number> {
  checkUsage(action, given);
  const target = { ...apiTarget(given, context), limitMs };
  const by = given.by ?? userName();
  return given.id === ''
    ? answerAll(action, { ...given, by, target }, context)
    : answerOne(action, { ...given, by, target }, context);
}

function checkUsage(action: LetterAction, { id, all, table, yes }: Given): void {
  const wrong = (message: string, remedy?: string): IsthmusError =>
    new IsthmusError('usage', { message, ...(remedy === undefined ? {} : { remedy }) });
  if (id === '' && all !== true) throw wrong('Name a dead letter’s id, or --all.');
  if (id !== '' && all === true) throw wrong('Name an id or --all, not both.');
  if (all !== true && table !== undefined) throw wrong('--table goes with --all.');
  if (action === 'discard' && yes !== true)
    throw wrong(
      'A discarded change is not tried again: both sides keep what stands there and differ until one of them changes.',
      'Say --yes if that is meant; `isthmus dead-letters show ID` prints the change.',
    );
}

type Asked = Given & { readonly by: string; readonly target: ApiTarget };

const outcomes: Readonly<Record<LetterAnswer['outcome'], string>> = {
  crossed: 'has crossed',
  discarded: 'is given up, and kept on record',
  refused: 'is refused still',
  conflict: 'is a conflict now that waits for a person',
};

async function answerOne(
  action: LetterAction,
  { id, by, json, target }: Asked,
  { terminal }: Context,
): Promise<number> {
  const path = `/api/dead-letters/${encodeURIComponent(id)}/${action}`;
  const answer = (await askApi(target, 'POST', path, { by })) as LetterAnswer;
  if (json === true) terminal.out(JSON.stringify(answer, null, 2));
  else terminal.out(`${id} ${outcomes[answer.outcome]}${answer.reason === null ? '' : `: ${answer.reason}`}.`);
  return answer.outcome === 'crossed' || answer.outcome === 'discarded' ? exit.good : exit.no;
}

async function answerAll(
  action: LetterAction,
  { table, by, json, target }: Asked,
  { terminal }: Context,
): Promise<number> {
  const body = { by, ...(table === undefined ? {} : { table }) };
  const counts = (await askApi(target, 'POST', `/api/dead-letters/${action}`, body)) as LetterCounts;
  const rest = counts.refused + counts.conflict + counts.left;
  if (rest + counts.crossed + counts.discarded === 0 && table !== undefined) await mustBeSynced(target, table);
  if (json === true) terminal.out(JSON.stringify(counts, null, 2));
  else {
    const done = action === 'retry' ? counts.crossed : counts.discarded;
    terminal.out(`${plural(done, 'dead letter')} ${action === 'retry' ? 'crossed' : `given up, by ${by}`}.`);
    if (counts.refused > 0) terminal.out(`${plural(counts.refused, 'change')} refused still.`);
    if (counts.conflict > 0) terminal.out(`${plural(counts.conflict, 'record')} wait as a conflict for a person.`);
    if (counts.left > 0) terminal.out(`${plural(counts.left, 'record')} moved meanwhile, or not known in time.`);
  }
  return rest === 0 ? exit.good : exit.no;
}
