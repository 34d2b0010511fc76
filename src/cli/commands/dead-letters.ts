/** `dead-letters list` and `dead-letters show ID`: ask a running process. */
import { askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Context } from '../context.js';
import { exit } from '../exit.js';
import { table } from '../format.js';

interface Letters {
  readonly deadLetters: readonly Readonly<Record<string, string | number>>[];
}

export async function runList(options: ApiOptions, context: Context): Promise<number> {
  const answer = (await askApi(apiTarget(options, context), 'GET', '/api/dead-letters')) as Letters;
  const { terminal } = context;
  const names = ['id', 'table', 'key', 'link', 'code', 'attempts', 'reason'] as const;
  const rows = answer.deadLetters.map((letter) => names.map((name) => letter[name] ?? ''));
  if (options.json === true) terminal.out(JSON.stringify(answer, null, 2));
  else if (rows.length === 0) terminal.out('No dead letters.');
  else for (const line of table([[...names], ...rows])) terminal.out(line);
  return exit.good;
}

export async function runShow(id: string, options: ApiOptions, context: Context): Promise<number> {
  const letter = await askApi(apiTarget(options, context), 'GET', `/api/dead-letters/${encodeURIComponent(id)}`);
  context.terminal.out(JSON.stringify(letter, null, 2));
  return exit.good;
}
