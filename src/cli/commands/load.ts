/** `load`: asks a running process to load a table again. */
import { askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Context } from '../context.js';
import { exit } from '../exit.js';

export interface LoadOptions extends ApiOptions {
  readonly entity: string;
  readonly from: 'sql' | 'mongodb';
}

export async function runLoad(options: LoadOptions, context: Context): Promise<number> {
  const { entity, from } = options;
  const answer = await askApi(apiTarget(options, context), 'POST', '/api/loads', { table: entity, from });
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify(answer, null, 2));
  else terminal.out(`${entity} is being loaded from ${from}; see \`isthmus status\`.`);
  return exit.good;
}
