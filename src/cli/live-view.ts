/** A running sync as a few lines of a terminal: bars while it loads, rates and lags after. Pure but for the last status it remembers. */
import type { EntityStatus, SyncStatus } from '../app/sync.js';
import type { LinkName } from '../model/side.js';
import { bar, count, duration, sparkline } from './format.js';
import type { Style } from './terminal.js';

const historyLength = 40;
const linkNames: readonly LinkName[] = ['sql_to_mongodb', 'mongodb_to_sql'];

function arrow(link: LinkName, sqlServer: string): string {
  return link === 'sql_to_mongodb' ? `${sqlServer} → MongoDB` : `MongoDB → ${sqlServer}`;
}

interface Sample {
  readonly atMs: number;
  readonly status: SyncStatus;
}

export class LiveView {
  private last: Sample | null = null;
  private readonly begun = new Map<string, number>();
  private readonly history: Record<LinkName, number[]> = { sql_to_mongodb: [], mongodb_to_sql: [] };

  constructor(private readonly style: Style) {}

  /** Takes a new status; `atMs` is any steady clock. */
  update(status: SyncStatus, atMs: number): void {
    for (const name of linkNames) {
      const values = this.history[name];
      values.push(this.rate(name, status, atMs));
      if (values.length > historyLength) values.shift();
    }
    for (const { table, load } of status.entities)
      if (load.state === 'open' && !this.begun.has(table)) this.begun.set(table, atMs);
    this.last = { atMs, status };
  }

  /** One bar for each table that is being loaded. */
  loadLines(columns: number): string[] {
    if (this.last === null) return [];
    const { status, atMs } = this.last;
    const open = status.entities.filter(({ load }) => load.state === 'open');
    const width = Math.max(0, ...open.map(({ table }) => table.length));
    return open.map((entity) => this.loadLine(entity, { width, columns, atMs }));
  }

  private loadLine({ table, load }: EntityStatus, at: { width: number; columns: number; atMs: number }): string {
    const { cyan, dim } = this.style;
    const seconds = (at.atMs - (this.begun.get(table) ?? at.atMs)) / 1000;
    const rate = seconds > 0 ? load.rows / seconds : 0;
    // The total is an estimate: the bar must not claim to be done.
    const total = Math.max(load.total, load.rows);
    const share = total === 0 ? 0 : Math.min(load.rows / total, 0.999);
    const left = rate > 0 ? `${duration(((total - load.rows) / rate) * 1000)} left` : '';
    const wide = Math.max(8, Math.min(30, at.columns - at.width - 52));
    const percent = `${Math.floor(share * 100)}`.padStart(3);
    return `  ${table.padEnd(at.width)}  ${cyan(bar(share, wide))} ${percent} %  ${count(load.rows)}/${count(total)}  ${dim(`${count(rate)}/s  ${left}`)}`;
  }

  /** Everything of importance on one line. */
  statusLine(): string {
    if (this.last === null) return '';
    const { dim, green, red, yellow } = this.style;
    const { status } = this.last;
    const paint = status.state === 'running' ? green : status.state === 'failed' ? red : yellow;
    const link = (name: LinkName, short: string): string =>
      `${short} ${count(this.history[name].at(-1) ?? 0)}/s ${dim(`lag ${duration(status.links[name].lagMs)}`)}`;
    const { pending, total } = status.conflicts;
    const waiting = pending > 0 ? yellow(` (${count(pending)} wait)`) : '';
    const letters = status.deadLetters > 0 ? [red(`dead letters ${count(status.deadLetters)}`)] : [];
    return [
      paint(`● ${status.state}`),
      // What asks for a person must not be cut off at 80 columns.
      ...letters,
      `conflicts ${count(total)}${waiting}`,
      link('sql_to_mongodb', '→mongodb'),
      link('mongodb_to_sql', '→sql'),
    ].join('  ');
  }

  /** A line with a chart for each direction. */
  linkLines(): string[] {
    if (this.last === null) return [];
    const { status } = this.last;
    return linkNames.map((name) => this.linkLine(name, status));
  }

  private linkLine(name: LinkName, { links, sqlServer }: SyncStatus): string {
    const link = links[name];
    const { blue, green, bold, dim } = this.style;
    const paint = name === 'sql_to_mongodb' ? blue : green;
    const rate = `${count(this.history[name].at(-1) ?? 0)}/s`.padStart(9);
    const latency = `p50 ${duration(link.latency.p50Ms)}  p95 ${duration(link.latency.p95Ms)}`;
    return `  ${arrow(name, sqlServer).padEnd(21)} ${paint(sparkline(this.history[name], 24))} ${bold(rate)}  ${dim(latency)}  ${dim(`held ${count(link.held)}`)}`;
  }

  private rate(name: LinkName, status: SyncStatus, atMs: number): number {
    if (this.last === null || atMs <= this.last.atMs) return 0;
    const applied = status.links[name].applied - this.last.status.links[name].applied;
    return Math.max(0, (applied * 1000) / (atMs - this.last.atMs));
  }
}
