/** `alerts`: asks a running process which of its alerts fire. */
import type { Alert } from '../../observe/alerts/alert-board.js';
import { askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Run } from '../context.js';
import { exit } from '../exit.js';
import { plural, timeOf } from '../format.js';
import type { Style } from '../terminal.js';

interface Answer {
  readonly alerts: readonly Alert[];
}

export const runAlerts: Run<ApiOptions> = async (options, context) => {
  const answer = (await askApi(apiTarget(options, context), 'GET', '/api/alerts')) as Answer;
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify(answer, null, 2));
  else for (const line of alertLines(answer.alerts, terminal.style)) terminal.out(line);
  return answer.alerts.some(({ state }) => state === 'firing') ? exit.no : exit.good;
};

export function alertLines(alerts: readonly Alert[], style: Style): string[] {
  const firing = alerts.filter(({ state }) => state === 'firing');
  if (firing.length === 0) return [style.green(`None of ${plural(alerts.length, 'alert')} fires.`)];
  return firing.map(({ text, since, severity }) => {
    const colour = severity === 'critical' ? style.red : style.yellow;
    return `${colour(severity)}  ${text} Since ${timeOf(since)}.`;
  });
}
