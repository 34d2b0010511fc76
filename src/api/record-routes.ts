/** The routes that tell about the record of conflicts: numbers, replay, explanation. All of them only read. */
import type { ReplayRequest } from '../app/record/replay.js';
import type { ReplayStrategy } from '../app/record/replay-policies.js';
import { IsthmusError } from '../base/errors.js';
import { durationMs } from '../config/duration.js';
import * as schemas from './record-schemas.js';
import type { Route, RouteRequest } from './route.js';

export const recordRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/metrics',
    summary: 'Numbers of the sync and of all its conflicts, as JSON',
    open: false,
    response: schemas.numbersSchema,
    handle: async (sync) => ({ body: await sync.numbers() }),
  },
  {
    method: 'GET',
    path: '/api/conflicts/replay',
    summary: 'What another strategy would have decided of the stored conflicts; changes nothing',
    open: false,
    query: schemas.replayQuery,
    response: schemas.replaySchema,
    handle: async (sync, request) => ({ body: await sync.replay(replayRequest(request)) }),
  },
  {
    method: 'GET',
    path: '/api/explain',
    summary: 'Where each field of a record has its present value from',
    open: false,
    query: schemas.explainQuery,
    response: schemas.explanationSchema,
    handle: async (sync, { query }) => ({ body: await sync.explain(String(query.table), String(query.key)) }),
  },
];

function replayRequest({ query }: RouteRequest): ReplayRequest {
  return {
    strategy: query.strategy as ReplayStrategy,
    limit: query.limit as number,
    ...(query.since === undefined ? {} : { since: moment(String(query.since)) }),
    ...(query.table === undefined ? {} : { table: String(query.table) }),
  };
}

const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** `24h`: so long ago; else a time. */
function moment(text: string): number {
  const ago = durationMs(text);
  if (ago !== null) return Date.now() - ago;
  const at = isoTime.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new IsthmusError('request_invalid', {
      message: 'since is neither a duration nor a time.',
      remedy: 'Write it like 90m, 24h, 7d or 2026-01-31T12:00:00Z.',
    });
  return at;
}
