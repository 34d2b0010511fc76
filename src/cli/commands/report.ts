/** `report`: the story of a migration, asked of a running process, as Markdown or JSON. */
import { writeFile } from 'node:fs/promises';
import type { Report } from '../../app/lifecycle/report.js';
import { reportText } from '../../app/lifecycle/report-text.js';
import { IsthmusError } from '../../base/errors.js';
import { askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Run } from '../context.js';
import { exit } from '../exit.js';

export interface ReportOptions extends ApiOptions {
  readonly output?: string;
}

export const runReport: Run<ReportOptions> = async (options, context) => {
  const report = (await askApi({ ...apiTarget(options, context), limitMs: 60_000 }, 'GET', '/api/report')) as Report;
  const text = options.json === true ? JSON.stringify(report, null, 2) : reportText(report).trimEnd();
  const { output } = options;
  if (output === undefined || output === '-') context.terminal.out(text);
  else {
    await writeFile(output, `${text}\n`).catch((cause: unknown) => {
      throw new IsthmusError('usage', { message: `The report cannot be written to ${output}.`, cause });
    });
    context.terminal.err(`The report stands in ${output}.`);
  }
  return exit.good;
};
