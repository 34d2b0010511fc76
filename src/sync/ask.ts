/** Lays what people ask beside its record and waits for what comes of it, but not for ever. */
import type { ConflictRecord, DeadLetter } from '../model/conflict.js';
import { type RecordId, recordId } from '../model/record.js';
import type { DecisionOutcome, PersonDecision } from './decisions.js';
import type { LetterOutcome, LetterWish } from './letter-requests.js';
import type { Session } from './session.js';

export function askForDecision(
  session: Session,
  of: { readonly shown: ConflictRecord; readonly decision: PersonDecision; readonly limitMs: number },
): Promise<DecisionOutcome> {
  const id = recordId(of.shown);
  if (session.trouble.conflictOf(id)?.id !== of.shown.id) return Promise.resolve({ kind: 'moved' });
  const late = (): void => session.decisions.answer(id, { kind: 'unknown' });
  return waited(session, { id, outcome: session.decisions.ask(of.shown, of.decision), limitMs: of.limitMs, late });
}

export function askAboutLetter(
  session: Session,
  of: { readonly shown: DeadLetter; readonly wish: LetterWish; readonly limitMs: number },
): Promise<LetterOutcome> {
  const id = recordId(of.shown);
  if (session.trouble.letterOf(id)?.id !== of.shown.id) return Promise.resolve({ kind: 'moved' });
  const before = of.wish.action === 'retry' ? session.trouble.tryAtOnce(id) : undefined;
  const late = (): void => session.letterRequests.answer(id, { kind: 'unknown' });
  const outcome = session.letterRequests.ask(of.shown, of.wish, before);
  return waited(session, { id, outcome, limitMs: of.limitMs, late });
}

interface Waiting<T> {
  readonly id: RecordId;
  readonly outcome: Promise<T>;
  readonly limitMs: number;
  readonly late: () => void;
}

function waited<T>(session: Session, { id, outcome, limitMs, late }: Waiting<T>): Promise<T> {
  session.nudge(id);
  const limit = new AbortController();
  void session.parts.clock.sleep(limitMs, limit.signal).then(() => {
    if (!limit.signal.aborted) late();
  });
  return outcome.finally(() => limit.abort());
}
