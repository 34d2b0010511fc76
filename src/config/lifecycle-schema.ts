/** The configuration's keys about a migration's phases and the rollback levels. */
import { type TSchema, Type } from '@sinclair/typebox';
import { durationPattern } from './duration.js';
import { oneOf } from './entity-schema.js';

const strict = { additionalProperties: false } as const;

function section<T extends Record<string, TSchema>>(description: string, properties: T) {
  return Type.Object(properties, { ...strict, description, default: {} });
}

const share = (value: number, description: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 1, default: value, description });
const count = (value: number, description: string) => Type.Integer({ minimum: 0, default: value, description });
const duration = (value: string, description: string) =>
  Type.String({ pattern: durationPattern, default: value, description });

export const phasesSchema = section('What a step of a migration needs, with `lifecycle: true`', {
  lagMs: count(5000, 'Changes have crossed but for so many milliseconds'),
  divergenceRate: share(0.001, 'Differences / records of the last whole comparison, below which it goes on'),
  comparisonAge: duration('24h', 'How old that comparison may be'),
  pendingConflicts: count(0, 'Conflicts that may wait for a person'),
  deadLetters: count(0, 'Dead letters that there may be'),
  dualReads: count(1000, 'Reads that must have been compared in dual_read'),
  dualReadDifferenceRate: share(0.001, 'Of these, the share below which it goes on'),
  minimum: Type.Union([Type.String({ pattern: durationPattern }), Type.Null()], {
    default: null,
    description: 'How long each phase lasts at least: 12h, 7d; null: no limit',
  }),
  passiveWrites: oneOf(['note', 'revert', 'keep'], {
    default: 'note',
    description:
      'What becomes of a write on the side that is passive: note: counted, left as it is; revert: overwritten by the other side; keep: crosses as in both directions',
  }),
  compare: section('How often both sides are compared in a phase', {
    replicate: duration('24h', 'In replicate'),
    dual_read: duration('6h', 'In dual_read'),
    read_cutover: duration('6h', 'In read_cutover'),
    bidirectional: duration('6h', 'In bidirectional'),
    mongodb_primary: duration('24h', 'In mongodb_primary'),
  }),
});

export const levelsSchema = section('Rollback levels: what is done when both sides come apart', {
  review: share(0.001, 'Divergence from which on the records that differ wait for people (level 2)'),
  pause: share(0.01, 'Divergence above which writing stops until somebody approves (level 3)'),
  repair: oneOf(['policy', 'sql', 'mongodb', 'none'], {
    default: 'policy',
    description: 'How differences are repaired after the approval: by the tables’ policies, or this side is right',
  }),
  broken: duration('5m', 'How long a link may be broken before one side is the single source (level 4)'),
  source: Type.Union([oneOf(['sql', 'mongodb']), Type.Null()], {
    default: null,
    description: 'That side; null: the one that serves the writes of the phase, SQL where both do',
  }),
});
