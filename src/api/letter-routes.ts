/** The routes of dead letters: what is listed, tried again, given up. */
import type { LetterAction, Sync } from '../app/sync.js';
import { IsthmusError } from '../base/errors.js';
import * as schemas from './letter-schemas.js';
import type { Route } from './route.js';
import { idParams } from './schemas.js';

const meanings: Readonly<Record<LetterAction, string>> = {
  retry: 'Tries it at once and tells what came of it',
  discard: 'Gives it up for good: each side keeps what stands there, and the change stays on record',
};

export const letterRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/dead-letters',
    summary: 'Changes that their target refuses, oldest first; or those that were given up, newest first',
    open: false,
    query: schemas.letterQuery,
    response: schemas.deadLettersSchema,
    handle: async (sync, { query }) => {
      const limit = query.limit as number;
      if (query.state === 'discarded') return { body: { deadLetters: await sync.letters.discarded(limit) } };
      return { body: { deadLetters: (await sync.deadLetters()).slice(0, limit) } };
    },
  },
  {
    method: 'GET',
    path: '/api/dead-letters/:id',
    summary: 'A dead letter with its change',
    open: false,
    params: idParams,
    response: schemas.deadLetterSchema,
    handle: async (sync, { params }) => ({ body: await letterById(sync, params.id as string) }),
  },
  ...(['retry', 'discard'] as const).flatMap((action): Route[] => [
    {
      method: 'POST',
      path: `/api/dead-letters/:id/${action}`,
      summary: meanings[action],
      open: false,
      params: idParams,
      body: schemas.letterBody,
      response: schemas.letterAnswerSchema,
      handle: async (sync, { params, body }) => ({
        body: await sync.letters.answer(params.id as string, action, askerOf(body)),
      }),
    },
    {
      method: 'POST',
      path: `/api/dead-letters/${action}`,
      summary: `${meanings[action]}; for all that are open, of a table or of every one`,
      open: false,
      body: schemas.lettersBody,
      response: schemas.letterCountsSchema,
      handle: async (sync, { body }) => ({
        body: await sync.letters.answerAll(action, { ...(body as { readonly table?: string }), by: askerOf(body) }),
      }),
    },
  ]),
];

/** Nobody sends a body for want of a name. */
function askerOf(body: unknown): string {
  return ((body ?? {}) as { readonly by?: string }).by ?? 'api';
}

async function letterById(sync: Sync, id: string): Promise<unknown> {
  const found =
    (await sync.deadLetters()).find((one) => one.id === id) ??
    (await sync.letters.discarded(schemas.mostDiscarded)).find((one) => one.id === id);
  if (found === undefined) throw new IsthmusError('not_found', { message: 'There is no dead letter by that id.' });
  return found;
}
