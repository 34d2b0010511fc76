/** Every alert's present state, brought up to date by each look at the measures. Must not know who is told. */
import type { AlertMeasures } from './alert-measures.js';
import { type AlertLimits, type AlertRule, type AlertSubject, alertRules, isBad, type Reading } from './alert-rules.js';
import { type AlertState, type AlertTimes, fires, type Observation, observe, quiet } from './alert-state.js';
import { alertText } from './alert-text.js';

/** As `GET /api/alerts` shows it. Values are in the rule's unit: shares of 1, milliseconds, hours, counts, 1 for yes. */
export interface Alert extends AlertSubject {
  readonly name: string;
  readonly state: 'firing' | 'ok';
  readonly severity: AlertRule['severity'];
  /** Null: cannot be read now, or none in sight. */
  readonly value: number | null;
  readonly limit: number;
  /** Since when it is so, ISO. */
  readonly since: string;
  readonly text: string;
}

/** What the sync shows of its alerts. */
export interface Alerts {
  list(): readonly Alert[];
  on(event: 'change', listener: (alert: Alert) => void): void;
}

export interface AlertBoardOptions {
  readonly limits: AlertLimits;
  /** For tests: how long a condition must hold. */
  readonly times?: (rule: AlertRule) => AlertTimes;
  readonly startedAt: number;
}

interface Entry {
  readonly rule: AlertRule;
  readonly subject: AlertSubject;
  readonly value: number | null;
  readonly state: AlertState;
}

export class AlertBoard {
  private entries = new Map<string, Entry>();

  constructor(private readonly options: AlertBoardOptions) {}

  /** Looks once; gives the alerts that began or ceased to fire. */
  look(measures: AlertMeasures, now: number): readonly Alert[] {
    const changed: Alert[] = [];
    for (const rule of alertRules) {
      for (const reading of rule.read(measures)) {
        const id = JSON.stringify([rule.name, reading.subject]);
        const before = this.entries.get(id)?.state ?? quiet(this.options.startedAt);
        const times = this.options.times?.(rule) ?? rule;
        const state = observe(before, this.judge(rule, reading), { now, times });
        const entry = { rule, subject: reading.subject, value: reading.value, state };
        this.entries.set(id, entry);
        if (fires[state.phase] !== fires[before.phase]) changed.push(this.shown(entry));
      }
    }
    return changed;
  }

  list(): readonly Alert[] {
    return [...this.entries.values()].map((entry) => this.shown(entry));
  }

  private judge(rule: AlertRule, { value, tooFew }: Reading): Observation {
    if (value === null) return 'unknown';
    if (tooFew === true) return 'good';
    return isBad(rule, value, rule.limit(this.options.limits)) ? 'bad' : 'good';
  }

  private shown({ rule, subject, value, state }: Entry): Alert {
    const limit = rule.limit(this.options.limits);
    const firing = fires[state.phase];
    return {
      name: rule.name,
      ...subject,
      state: firing ? 'firing' : 'ok',
      severity: rule.severity,
      value: value === null || !Number.isFinite(value) ? null : value,
      limit,
      since: new Date(state.changedAt).toISOString(),
      text: alertText({ rule, subject, value, limit, fires: firing }),
    };
  }
}
