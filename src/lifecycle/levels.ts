/**
 * Rollback levels: what is done when both sides come apart or a link breaks, from going on (1) to a single source (4).
 * Pure: events come in, the next state and what is to be done come out.
 */

/** Where it stands; each belongs to one level. */
export const levelStages = ['calm', 'drift', 'review', 'comparing', 'held', 'mending', 'cut', 'rejoined'] as const;
export type LevelStage = (typeof levelStages)[number];

export const levelOf: Readonly<Record<LevelStage, 0 | 1 | 2 | 3 | 4>> = {
  calm: 0,
  drift: 1,
  review: 2,
  comparing: 3,
  held: 3,
  mending: 3,
  cut: 4,
  rejoined: 4,
};

/** Stages that go on only when a person says so. */
export const needsApproval: ReadonlySet<LevelStage> = new Set(['held', 'rejoined']);

export interface LevelState {
  readonly stage: LevelStage;
  /** When the level (not the stage) began. */
  readonly since: number;
  readonly reason: string;
  /** Of the last comparison; null: there was none. */
  readonly divergenceRate: number | null;
  /** The comparison that is to be repaired. */
  readonly comparison: string | null;
}

export interface Compared {
  readonly kind: 'compared';
  readonly id: string;
  readonly rate: number;
  readonly different: number;
  /** All tables, all records. */
  readonly whole: boolean;
}

export type LevelEvent =
  | Compared
  /** A link has been broken for too long. */
  | { readonly kind: 'broke'; readonly reason: string }
  | { readonly kind: 'works' }
  | { readonly kind: 'approved' };

export type LevelAction =
  | 'log'
  | 'alert'
  | 'compare_more'
  | 'compare_as_usual'
  /** The confirmed differences of the comparison wait for people. */
  | 'queue'
  /** All tables and records, now. */
  | 'compare_all'
  | 'pause'
  | 'resume'
  /** The confirmed differences, as configured; then all is compared. */
  | 'repair'
  | 'single_source';

export interface LevelLimits {
  /** Divergence from which on people look (level 2), and above which writing stops (level 3). */
  readonly review: number;
  readonly pause: number;
}

export interface LevelStep {
  readonly state: LevelState;
  readonly actions: readonly LevelAction[];
}

type Next = (state: LevelState, event: LevelEvent, limits: LevelLimits) => LevelStage;
type Kind = LevelEvent['kind'];

const stay: Next = ({ stage }) => stage;
const cut: Next = () => 'cut';

const compared: Next = (_, event, { review, pause }) => {
  const { rate, different, whole } = event as Compared;
  if (different === 0) return 'calm';
  if (rate < review) return 'drift';
  if (rate <= pause) return 'review';
  return whole ? 'held' : 'comparing';
};
/** Only all of it tells whether it is as bad as it looked, or mended. */
const comparedAll: Next = (state, event, limits) =>
  (event as Compared).whole ? compared(state, event, limits) : state.stage;

/** The comparison that is being repaired tells nothing new: another one shows what came of it. */
const verified: Next = (state, event, limits) =>
  (event as Compared).id === state.comparison ? state.stage : comparedAll(state, event, limits);

const table: Readonly<Record<LevelStage, Readonly<Record<Kind, Next>>>> = {
  calm: { compared, broke: cut, works: stay, approved: stay },
  drift: { compared, broke: cut, works: stay, approved: stay },
  review: { compared, broke: cut, works: stay, approved: stay },
  comparing: { compared: comparedAll, broke: cut, works: stay, approved: stay },
  held: { compared: stay, broke: cut, works: stay, approved: () => 'mending' },
  mending: { compared: verified, broke: cut, works: stay, approved: stay },
  cut: { compared: stay, broke: stay, works: () => 'rejoined', approved: stay },
  rejoined: { compared: stay, broke: cut, works: stay, approved: () => 'comparing' },
};

/** What is done on the way into a stage. */
export const entering: Readonly<Record<LevelStage, readonly LevelAction[]>> = {
  calm: ['compare_as_usual'],
  drift: ['log', 'compare_as_usual'],
  review: ['alert', 'compare_more', 'queue'],
  comparing: ['alert', 'compare_all'],
  held: ['alert', 'pause'],
  mending: ['resume', 'repair'],
  // Whoever was paused must be able to come back.
  cut: ['alert', 'resume', 'single_source'],
  rejoined: ['alert'],
};

export const levelAtFirst: LevelState = {
  stage: 'calm',
  since: 0,
  reason: '',
  divergenceRate: null,
  comparison: null,
};

export function levelStep(
  state: LevelState,
  event: LevelEvent,
  { limits, now }: { readonly limits: LevelLimits; readonly now: number },
): LevelStep {
  const stage = table[state.stage][event.kind](state, event, limits);
  const rate = event.kind === 'compared' ? event.rate : state.divergenceRate;
  // Each comparison that finds something to review has its own differences to queue.
  const again = event.kind === 'compared' && stage === 'review' && event.id !== state.comparison;
  if (stage === state.stage && !again) return { state: { ...state, divergenceRate: rate }, actions: [] };
  const sameLevel = levelOf[stage] === levelOf[state.stage];
  return {
    state: {
      stage,
      since: sameLevel ? state.since : now,
      reason: reasonOf(state, event, stage),
      divergenceRate: rate,
      comparison: event.kind === 'compared' ? event.id : state.comparison,
    },
    actions: stage === state.stage ? ['queue'] : entering[stage],
  };
}

function reasonOf(state: LevelState, event: LevelEvent, stage: LevelStage): string {
  if (event.kind === 'broke') return event.reason;
  if (event.kind === 'works') return `${state.reason} It works again.`.trim();
  if (event.kind === 'approved')
    return stage === 'mending' ? 'Approved: it is being repaired.' : 'Approved: all is compared.';
  if (event.different === 0) return '';
  return `${event.different} records differ, ${Number((event.rate * 100).toPrecision(3))} % of those compared.`;
}
