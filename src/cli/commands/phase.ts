/** `phase`, `phase advance|rollback|source|approve`, `routing`: ask a running process about its migration. */
import type { Routing, ShownPhase } from '../../app/lifecycle/show-phase.js';
import { isIsthmusError } from '../../base/errors.js';
import { askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Context } from '../context.js';
import { exit } from '../exit.js';
import { count, duration, table, timeOf } from '../format.js';
import { kongConfig } from '../kong.js';
import type { Style } from '../terminal.js';

export interface PhaseOptions extends ApiOptions {
  readonly to?: string;
  readonly side?: string;
  readonly share?: number;
  readonly force?: boolean;
  readonly why?: string;
  readonly by?: string;
}

export interface RoutingOptions extends ApiOptions {
  readonly format?: 'kong';
}

/** A retirement waits for the last changes. */
const limitMs = 60_000;

export async function runShow(options: ApiOptions, context: Context): Promise<number> {
  const phase = (await askApi(apiTarget(options, context), 'GET', '/api/phase')) as ShownPhase;
  print(phase, options, context);
  return exit.good;
}

export async function runOrder(action: string, options: PhaseOptions, context: Context): Promise<number> {
  const { to, side, share, force, why } = options;
  const by = options.by ?? context.env['USER'] ?? 'cli';
  const order = { action, to, side, share, force, why, by };
  try {
    const target = { ...apiTarget(options, context), limitMs };
    const phase = (await askApi(target, 'POST', '/api/phase', given(order))) as ShownPhase;
    print(phase, options, context);
    return exit.good;
  } catch (error) {
    if (!isIsthmusError(error, 'phase_refused')) throw error;
    const { terminal } = context;
    terminal.err(`${terminal.style.red(error.code)}: ${error.message}\n  → ${error.remedy}`);
    if (options.json === true)
      terminal.out(JSON.stringify({ code: error.code, message: error.message, remedy: error.remedy }, null, 2));
    return exit.no;
  }
}

export async function runRouting(options: RoutingOptions, context: Context): Promise<number> {
  const routing = (await askApi(apiTarget(options, context), 'GET', '/api/routing')) as Routing;
  const { terminal } = context;
  if (options.format === 'kong') terminal.out(kongConfig(routing).trimEnd());
  else if (options.json === true) terminal.out(JSON.stringify(routing, null, 2));
  else {
    const { reads, writes, phase } = routing;
    const yes = (allowed: boolean): string => (allowed ? 'yes' : 'no');
    terminal.out(`${terminal.style.bold(phase)}`);
    for (const line of table([
      ['side', 'reads', 'writes'],
      ['sql', percent(reads.sql), yes(writes.sql)],
      ['mongodb', percent(reads.mongodb), yes(writes.mongodb)],
    ]))
      terminal.out(line);
  }
  return exit.good;
}

function print(phase: ShownPhase, options: ApiOptions, { terminal }: Context): void {
  if (options.json === true) terminal.out(JSON.stringify(phase, null, 2));
  else for (const line of phaseLines(phase, terminal.style)) terminal.out(line);
}

export function phaseLines(phase: ShownPhase, style: Style): string[] {
  const { rollback, next, back, history, passiveWrites } = phase;
  const facts = [
    ['direction', phase.direction.replace('_to_', ' → ')],
    ['reads', `SQL ${percent(phase.reads.sql)}, MongoDB ${percent(phase.reads.mongodb)}`],
    ['compared every', phase.compareEveryMs === null ? '–' : duration(phase.compareEveryMs)],
    ['rollback level', `${rollback.level}${rollback.reason === '' ? '' : `: ${rollback.reason}`}`],
    ...Object.entries(passiveWrites).map(([name, writes]) => ['passive writes', `${name}: ${count(writes)}`]),
  ];
  return [
    `${style.bold(named(phase))}  since ${timeOf(phase.since)}`,
    '',
    ...table(facts),
    ...(rollback.needsApproval ? ['', style.yellow('Waits for an approval: `isthmus phase approve`.')] : []),
    '',
    ...nextLines(next, phase.lifecycle, style),
    ...(back.length === 0 ? [] : [`back to: ${back.join(', ')}`]),
    ...historyLines(history),
  ];
}

function nextLines(next: ShownPhase['next'], lifecycle: boolean, style: Style): string[] {
  if (!lifecycle) return [style.dim('`lifecycle` is false in the configuration: no phase decides the direction.')];
  if (next === null) return ['This is the last phase. The slot retains WAL until `isthmus teardown`.'];
  const rows = next.checks.map(({ name, ok, present, required }) => [
    ok ? style.green('✓') : style.red('✗'),
    name.replaceAll('_', ' '),
    present,
    required,
  ]);
  const missing = next.checks.filter(({ ok }) => !ok).map(({ why }) => `  ${style.dim(why)}`);
  return [
    `next: ${style.bold(named(next))}`,
    ...table([['', 'check', 'present', 'required'], ...rows]),
    ...missing,
    '',
  ];
}

const shownSteps = 5;

function historyLines(history: ShownPhase['history']): string[] {
  if (history.length === 0) return [];
  const rows = history
    .slice(-shownSteps)
    .map(({ at, from, to, share, by, forced, why }) => [
      timeOf(at),
      `${from} → ${named({ phase: to, share })}`,
      by,
      `${forced ? 'by force: ' : ''}${why ?? ''}`,
    ]);
  return ['', ...table([['when', 'step', 'by', 'why'], ...rows])];
}

function named({ phase, share }: { readonly phase: string; readonly share: number | null }): string {
  return share === null ? phase : `${phase} ${percent(share)}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function given(order: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(order).filter(([, value]) => value !== undefined));
}
