/** `advise`: proposes a policy for each table, with its reasons. Works with or without a running process. */

import { adviceData, adviceLines } from '../../app/advise/advice-report.js';
import { adviseAll } from '../../app/advise/advise.js';
import { type ApiOptions, apiTarget, type Context, readConfig } from '../context.js';
import { exit } from '../exit.js';
import { measuredRates } from '../measured-rates.js';
import { makeLogger } from '../terminal-logger.js';

export async function runAdvise(options: ApiOptions, context: Context): Promise<number> {
  const { terminal } = context;
  const config = readConfig(options, context);
  const measured = await measuredRates(apiTarget(options, context), config.name);
  const advice = await adviseAll(config, { log: makeLogger(terminal, 'error'), measured });
  if (options.json === true) {
    terminal.out(JSON.stringify(adviceData(advice), null, 2));
    return exit.good;
  }
  const { dim } = terminal.style;
  for (const line of adviceLines(advice)) terminal.out(line.replace(/(^| )#.*$/, (comment) => dim(comment)));
  return exit.good;
}
