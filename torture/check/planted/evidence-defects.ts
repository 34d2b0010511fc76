/** Defects planted into the evidence of a clean run. Each says by which check it must be found; false: this run gave no place for it. */
import type { Story } from '../story.js';
import { alter } from './edit-evidence.js';
import {
  both,
  inConflict,
  invent,
  isQuiet,
  isThere,
  lastSample,
  moreEvents,
  type Place,
  shifts,
  some,
  takesBack,
} from './places.js';

export interface EvidenceDefect {
  readonly name: string;
  readonly found: readonly string[];
  readonly plant: (place: Place) => boolean;
}

export const evidenceDefects: readonly EvidenceDefect[] = [
  { name: 'an acknowledged write of SQL is gone', found: ['lost-write'], plant: (place) => takesBack(place, 'sql') },
  {
    name: 'an acknowledged write of MongoDB is gone',
    found: ['lost-write'],
    plant: (place) => takesBack(place, 'mongodb'),
  },
  {
    name: 'a gap on the other side is no excuse',
    found: ['lost-write'],
    plant: (place) => {
      place.evidence.gaps = [{ side: 'mongodb', from: 0, to: Number.MAX_SAFE_INTEGER }];
      return takesBack(place, 'sql');
    },
  },
  {
    name: 'a gap at another time is no excuse',
    found: ['lost-write'],
    plant: (place) => {
      place.evidence.gaps = [{ side: 'sql', from: 1e9, to: 2e9 }];
      return takesBack(place, 'sql');
    },
  },
  {
    name: 'a record that is on one side only',
    found: ['equal'],
    plant: (place) => {
      const story = some(place, 'orders', (one) => isQuiet(one) && isThere(one));
      return story !== null && alter(place.evidence, { table: 'orders', key: story.key, on: ['mongodb'] }, () => null);
    },
  },
  {
    name: 'a dead letter that is not listed',
    found: ['equal', 'lost-write'],
    plant: (place) => {
      const apart = place.evidence.deadLetters.filter(({ key }) =>
        place.stories.some(
          (one) =>
            one.table.name === 'notes' &&
            one.key === key &&
            JSON.stringify(one.final.sql) !== JSON.stringify(one.final.mongodb),
        ),
      );
      place.evidence.deadLetters = [];
      return apart.length > 0;
    },
  },
  {
    name: 'a pending conflict that is not listed',
    found: ['equal'],
    plant: (place) => {
      const { evidence } = place;
      const kept = evidence.conflicts.filter(({ state }) => state !== 'pending');
      const removed = kept.length < evidence.conflicts.length;
      evidence.conflicts = kept;
      return removed;
    },
  },
  {
    name: 'a pending conflict that shows an old state',
    found: ['stale-conflict'],
    plant: (place) =>
      inConflict(place, (one) =>
        one.state === 'pending' && one.sql !== null ? { ...one, sql: one.base ?? one.mongodb } : null,
      ),
  },
  {
    name: 'a conflict that waits without need',
    found: ['needless-wait'],
    plant: (place) =>
      inConflict(place, (one) =>
        one.table === 'facts' && one.strategy === 'lww' ? { ...one, state: 'pending', resolved: null } : null,
      ),
  },
  {
    name: 'a conflict that is left half done',
    found: ['propagating'],
    plant: (place) => inConflict(place, (one) => (one.state === 'resolved' ? { ...one, state: 'propagating' } : null)),
  },
  {
    name: 'a conflict of a type that cannot cross',
    found: ['kind'],
    plant: (place) => inConflict(place, (one) => ({ ...one, kind: 'type_mismatch' })),
  },
  {
    name: 'a conflict whose version nobody wrote',
    found: ['unknown-version'],
    plant: (place) =>
      inConflict(place, (one) => (one.sql === null ? null : { ...one, sql: { ...one.sql, by: 'nobody' } })),
  },
  {
    name: 'a conflict that is settled twice',
    found: ['settled-twice'],
    plant: ({ evidence }) => {
      const [first] = evidence.conflicts;
      if (first !== undefined) evidence.conflicts.push({ ...first, id: 'again' });
      return first !== undefined;
    },
  },
  {
    name: 'two conflicts with one id',
    found: ['conflict-id'],
    plant: ({ evidence }) => {
      const [first, second] = evidence.conflicts;
      if (first === undefined || second === undefined) return false;
      evidence.conflicts[1] = { ...second, id: first.id };
      return true;
    },
  },
  {
    name: 'a conflict about a record of SQL’s users alone',
    found: ['invented-conflict'],
    plant: (place) => invent(place, 'sql'),
  },
  {
    name: 'a conflict about a record of MongoDB’s users alone',
    found: ['invented-conflict'],
    plant: (place) => invent(place, 'mongodb'),
  },
  {
    name: 'an event too many in PostgreSQL’s log',
    found: ['written-once'],
    plant: (place) => moreEvents(place, 'sql'),
  },
  {
    name: 'an event too many in MongoDB’s log',
    found: ['written-once'],
    plant: (place) => moreEvents(place, 'mongodb'),
  },
  { name: 'noise in the quiet phase', found: ['silence'], plant: ({ evidence }) => ++evidence.quietEvents.mongodb > 0 },
  {
    name: 'progress that falls back',
    found: ['progress'],
    plant: (place) => lastSample(place, (sample) => ({ ...sample, numbers: { ...sample.numbers, 1: 0 } })),
  },
  {
    name: 'a lane that is forgotten',
    found: ['progress'],
    plant: (place) => lastSample(place, (sample) => ({ ...sample, numbers: { 0: sample.numbers['0'] ?? 0 } })),
  },
  {
    name: 'an epoch that falls back',
    found: ['epoch'],
    plant: (place) => lastSample(place, (sample) => ({ ...sample, epoch: sample.epoch - 1 })),
  },
  { name: 'a count that is counted twice', found: ['counter'], plant: (place) => shifts(place, 'visits', 'people') },
  {
    name: 'money that comes from nowhere',
    found: ['torn-transfer'],
    plant: (place) => shifts(place, 'balance', 'accounts'),
  },
  {
    name: 'money that goes from one account to another by itself',
    found: ['counter'],
    plant: (place) => {
      const [one, other] = place.stories.filter((story) => story.table.name === 'accounts' && isThere(story));
      if (one === undefined || other === undefined) return false;
      const move = (key: string, by: number): boolean =>
        alter(place.evidence, { table: 'accounts', key, on: both }, (values) => ({
          ...values,
          balance: String(Number(values['balance']) + by),
        }));
      return move(one.key, 5) && move(other.key, -5);
    },
  },
  {
    name: 'a score that is lower than one that was written',
    found: ['max'],
    plant: (place) => {
      const isNeverGone = ({ initial, deeds }: Story): boolean =>
        initial !== null && deeds.every(({ after }) => after !== null);
      const story = some(place, 'people', (one) => isQuiet(one) && isThere(one) && isNeverGone(one));
      const lower = story?.deeds
        .map(({ before }) => before?.['score'] ?? null)
        .find((score) => score !== story.final.sql?.['score']);
      if (!story || !lower) return false;
      return alter(place.evidence, { table: 'people', key: story.key, on: both }, (values) => ({
        ...values,
        score: lower,
      }));
    },
  },
  {
    name: 'an element that nobody added',
    found: ['unknown-value'],
    plant: (place) => {
      const story = some(place, 'people', isThere);
      return (
        story !== null &&
        alter(place.evidence, { table: 'people', key: story.key, on: both }, (values) => ({
          ...values,
          tags: '["nobody"]',
        }))
      );
    },
  },
  {
    name: 'a value that is spoilt on both sides alike',
    found: ['unknown-value'],
    plant: (place) => {
      const story = some(place, 'facts', isThere);
      return (
        story !== null &&
        alter(place.evidence, { table: 'facts', key: story.key, on: both }, (values) => ({
          ...values,
          v: `${values['v']}?`,
        }))
      );
    },
  },
  {
    name: 'a run in which nobody of MongoDB wrote',
    found: ['happened'],
    plant: ({ evidence }) => {
      Object.assign(evidence, { history: evidence.history.filter(({ side }) => side === 'sql') });
      return true;
    },
  },
];
