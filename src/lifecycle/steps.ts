/** Asks the machine for a step: what comes of an order in a stage, or why it is refused. Pure. */
import type { Side } from '../model/side.js';
import type { Check } from './evidence.js';
import { isShareOf, nextStage, type Phase, phases, type Stage, stageOf, transitions } from './phases.js';

export type Order =
  | { readonly action: 'advance'; readonly to?: Phase; readonly share?: number; readonly force: boolean }
  | { readonly action: 'rollback'; readonly to?: Phase }
  | { readonly action: 'source'; readonly side: Side };

export type Step =
  | { readonly ok: true; readonly stage: Stage; readonly forced: boolean }
  | { readonly ok: false; readonly why: string; readonly failed: readonly Check[] };

/** `evidence`: the checklist of a stage, as it stands now. */
export function stepFrom(stage: Stage, order: Order, evidence: (next: Stage) => readonly Check[]): Step {
  if (order.action === 'source') return granted(stageOf(transitions[stage.phase].source[order.side]));
  if (order.action === 'rollback') return rollback(stage, order.to);
  return advance(stage, order, evidence);
}

function rollback({ phase }: Stage, to: Phase | undefined): Step {
  const back = transitions[phase].rollback;
  const target = to ?? back.at(-1);
  if (target !== undefined && back.includes(target)) return granted(stageOf(target));
  const where = back.length === 0 ? 'it is the first phase' : `it goes back to ${back.join(', ')}`;
  return refused(`There is no way back from ${phase}${to === undefined ? '' : ` to ${to}`}: ${where}.`);
}

function advance(
  stage: Stage,
  { to, share, force }: Extract<Order, { action: 'advance' }>,
  evidence: (next: Stage) => readonly Check[],
): Step {
  const next = wished(stage, share);
  if (next === null) return refused('This is the last phase.');
  if (to !== undefined && to !== next.phase)
    return refused(`The next step is ${named(next)}, not ${to}; a migration goes ${phases.join(', ')}.`);
  if (share !== undefined && (share !== next.share || !isShareOf(next.phase, share)))
    return refused(`The next step is ${named(next)}, not a share of ${share}.`);
  const failed = evidence(next).filter(({ ok }) => !ok);
  if (failed.length === 0) return granted(next);
  if (force) return granted(next, true);
  const reasons = failed.map(({ name, present, required }) => `${name}: ${present}, required ${required}`);
  return { ok: false, why: `Not ready for ${named(next)}. ${reasons.join('; ')}.`, failed };
}

/** A share of the present phase, or the share that the next one shall begin with. */
function wished(stage: Stage, share: number | undefined): Stage | null {
  const next = nextStage(stage);
  if (share === undefined || next === null) return next;
  // More reads may be compared at any time; of the reads on MongoDB one step follows the other.
  if (stage.phase === 'dual_read' && stage.share !== null && share > stage.share) return { ...stage, share };
  return next.phase === 'dual_read' ? { ...next, share } : next;
}

function granted(stage: Stage, forced = false): Step {
  return { ok: true, stage, forced };
}

function refused(why: string): Step {
  return { ok: false, why, failed: [] };
}

function named({ phase, share }: Stage): string {
  return share === null ? phase : `${phase} ${Math.round(share * 100)} %`;
}
