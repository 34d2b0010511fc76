/** The live events: what changes is told at once, without asking again and again. */
import { EventStream } from './event-stream.js';
import type { Route } from './route.js';

export const eventRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/events',
    summary: 'Live events (status, numbers, conflict, dead_letter, comparison, phase, alert, load; reset: ask anew)',
    open: false,
    response: null,
    media: 'text/event-stream',
    handle: (sync, { headers }) => ({
      type: 'text/event-stream; charset=utf-8',
      body: new EventStream(sync.events, headers['last-event-id']),
    }),
  },
];
