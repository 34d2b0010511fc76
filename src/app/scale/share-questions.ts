/**
 * What is asked of the engine that has a share, and its answers, as text between processes. States go by the mapping of who
 * asks, so its shape goes along. Pure.
 */
import { createHash } from 'node:crypto';
import type { ErrorCode } from '../../base/catalogue.js';
import { asIsthmusError, IsthmusError } from '../../base/errors.js';
import type { ConflictRecord, DeadLetter } from '../../model/conflict.js';
import type { Entity } from '../../model/entity.js';
import type { RecordRef } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { PersonDecision } from '../../sync/decisions.js';
import type { SyncEngine } from '../../sync/engine.js';
import type { LetterWish } from '../../sync/letter-requests.js';
import type { Difference, RepairChoice } from '../../sync/repair.js';

/** What one share's engine does for those who ask, wherever it runs. */
export type ShareWork = Pick<SyncEngine, 'load' | 'decide' | 'askAboutLetter' | 'examine' | 'repair' | 'settled'>;

export type ShareQuestion =
  | { readonly ask: 'load'; readonly entity: string; readonly from: Side }
  | {
      readonly ask: 'decide';
      readonly shown: ConflictRecord;
      readonly decision: PersonDecision;
      readonly limitMs: number;
    }
  | { readonly ask: 'letter'; readonly shown: DeadLetter; readonly wish: LetterWish; readonly limitMs: number }
  | { readonly ask: 'examine'; readonly refs: readonly RecordRef[] }
  | { readonly ask: 'repair'; readonly differences: readonly Difference[]; readonly choice: RepairChoice }
  | { readonly ask: 'settled'; readonly limitMs: number };

/** Which fields each table has, in order: states are told by their places. */
export function shapeOf(entities: ReadonlyMap<string, Entity>): string {
  const shape = [...entities.values()].map(({ name, fields }) => [name, fields.map(({ field }) => field)]);
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16);
}

export function encodeQuestion(shape: string, question: ShareQuestion): string {
  const told = question.ask === 'decide' ? { ...question, shown: bare(question.shown) } : question;
  return JSON.stringify({ shape, question: told });
}

/** Whole rows and documents are for the record only, which has them. */
function bare(conflict: ConflictRecord): ConflictRecord {
  const { sql, mongodb } = conflict;
  return { ...conflict, sql: { ...sql, raw: null }, mongodb: { ...mongodb, raw: null } };
}

/** Asks the engine; what it answers, or throws, as text. */
export async function answerQuestion(engine: ShareWork, shape: string, text: string): Promise<string> {
  try {
    const asked = JSON.parse(text) as { readonly shape: string; readonly question: ShareQuestion };
    if (asked.shape !== shape)
      throw new IsthmusError('not_running', {
        message: 'The worker that has these records maps tables otherwise than the process that asked it.',
        remedy: 'Run all processes of the sync with the same configuration.',
      });
    return JSON.stringify({ answer: await answerTo(engine, asked.question) });
  } catch (error) {
    const { code, message, remedy } = asIsthmusError(error);
    return JSON.stringify({ error: { code, message, remedy } });
  }
}

/** Throws what the engine threw. */
export function readAnswer<T>(text: string): T {
  const told = JSON.parse(text) as { answer?: T; error?: { code: ErrorCode; message: string; remedy: string } };
  if (told.error !== undefined) throw new IsthmusError(told.error.code, told.error);
  return told.answer as T;
}

async function answerTo(engine: ShareWork, question: ShareQuestion): Promise<unknown> {
  switch (question.ask) {
    case 'load':
      return engine.load(question.entity, question.from);
    case 'decide': {
      const outcome = await engine.decide(question.shown, question.decision, question.limitMs);
      return outcome.kind === 'decided' ? { ...outcome, conflict: bare(outcome.conflict) } : outcome;
    }
    case 'letter':
      return engine.askAboutLetter(question.shown, question.wish, question.limitMs);
    case 'examine':
      return [...(await engine.examine(question.refs))];
    case 'repair':
      return [...(await engine.repair(question.differences, question.choice))];
    case 'settled':
      return engine.settled(question.limitMs);
  }
}
