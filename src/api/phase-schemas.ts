/** The forms of a migration's phases, of the routing of reads and writes, and of its report. */
import { Type } from '@sinclair/typebox';
import { levelStages } from '../lifecycle/levels.js';
import { phases } from '../lifecycle/phases.js';
import { directions } from '../model/course.js';
import { oneOf, orNull } from './schemas.js';

const strict = { additionalProperties: false } as const;
const phase = oneOf(phases);
const shares = Type.Object({ sql: Type.Number(), mongodb: Type.Number() }, { description: 'Shares of 1' });
const time = Type.String({ description: 'ISO 8601' });

const checkSchema = Type.Object({
  name: Type.String(),
  ok: Type.Boolean(),
  present: Type.String(),
  required: Type.String(),
  why: Type.String(),
});

const entrySchema = Type.Object({
  from: phase,
  to: phase,
  share: orNull(Type.Number()),
  at: time,
  by: Type.String(),
  why: orNull(Type.String()),
  forced: Type.Boolean(),
  kind: oneOf(['advance', 'rollback', 'source', 'level']),
});

const levelSchema = Type.Object({
  level: Type.Integer({ minimum: 0, maximum: 4 }),
  stage: oneOf(levelStages),
  since: time,
  reason: Type.String(),
  divergenceRate: orNull(Type.Number({ description: 'Of the last comparison' })),
  needsApproval: Type.Boolean({ description: 'It goes on when somebody says so: POST {action: "approve"}' }),
});

export const phaseSchema = Type.Object({
  lifecycle: Type.Boolean({ description: 'Whether the phase decides the direction' }),
  phase,
  share: orNull(Type.Number({ description: 'Of reads: compared in dual_read, on MongoDB in read_cutover' })),
  since: time,
  direction: oneOf(directions),
  reads: shares,
  compareEveryMs: orNull(Type.Number()),
  next: orNull(Type.Object({ phase, share: orNull(Type.Number()), checks: Type.Array(checkSchema) })),
  back: Type.Array(phase),
  history: Type.Array(entrySchema, { description: 'Oldest first' }),
  rollback: levelSchema,
  passiveWrites: Type.Record(Type.String(), Type.Integer(), { description: 'By table, since the beginning' }),
});

export const phaseBody = Type.Object(
  {
    action: oneOf(['advance', 'rollback', 'source', 'approve']),
    to: Type.Optional(phase),
    share: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
    side: Type.Optional(oneOf(['sql', 'mongodb'], 'For `source`: the side that is right')),
    force: Type.Optional(Type.Boolean({ description: 'For `advance`: although the checklist says no; needs `why`' })),
    why: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
    by: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Who orders it, for the history' })),
  },
  strict,
);

export const routingSchema = Type.Object({
  phase,
  reads: shares,
  writes: Type.Object({ sql: Type.Boolean(), mongodb: Type.Boolean() }),
  compared: Type.Number({ description: 'The share of reads that is to be compared on both sides' }),
});

/** Grows with what there is to tell; see `isthmus report`. */
export const reportSchema = Type.Object(
  { name: Type.String(), generatedAt: time, phase, since: time },
  { additionalProperties: true },
);
