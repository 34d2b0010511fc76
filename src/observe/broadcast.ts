/** Tells several observers the same. */
import type { EngineObserver } from '../sync/observer.js';

export function broadcast(observers: readonly EngineObserver[]): EngineObserver {
  const all = (tell: (observer: EngineObserver) => void): void => {
    for (const observer of observers) tell(observer);
  };
  return {
    applied: (batch) => all((observer) => observer.applied(batch)),
    read: (link, changes, echoes) => all((observer) => observer.read(link, changes, echoes)),
    attempt: (link, attempt) => all((observer) => observer.attempt(link, attempt)),
    conflict: (conflict) => all((observer) => observer.conflict(conflict)),
    moved: (conflict) => all((observer) => observer.moved(conflict)),
    closed: (conflicts, letters) => all((observer) => observer.closed(conflicts, letters)),
    agreement: (table) => all((observer) => observer.agreement(table)),
    deadLetter: (letter) => all((observer) => observer.deadLetter(letter)),
    loaded: (entity, rows) => all((observer) => observer.loaded(entity, rows)),
    passive: (link, records) => all((observer) => observer.passive(link, records)),
    failed: (code, message) => all((observer) => observer.failed(code, message)),
    restarted: (cause) => all((observer) => observer.restarted(cause)),
  };
}
