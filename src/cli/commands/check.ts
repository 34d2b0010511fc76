/** `check`: everything that must hold before a run, or with `--resolvers` what the conflict policies do, one line each. */
import { checkAll } from '../../app/check/check.js';
import { checkResolvers } from '../../app/check/check-resolvers.js';
import type { Finding } from '../../base/finding.js';
import { type ConfigOptions, type Context, readConfig } from '../context.js';
import { exit } from '../exit.js';
import { plural } from '../format.js';
import type { Style } from '../terminal.js';
import { makeLogger } from '../terminal-logger.js';

export interface CheckOptions extends ConfigOptions {
  readonly json?: boolean;
  readonly resolvers?: boolean;
}

export async function runCheck(options: CheckOptions, context: Context): Promise<number> {
  const { terminal } = context;
  const check = options.resolvers === true ? checkResolvers : checkAll;
  const findings = await check(readConfig(options, context), { log: makeLogger(terminal, 'error') });
  const failed = findings.filter(({ state }) => state === 'failed').length;
  const warnings = findings.filter(({ state }) => state === 'warning').length;
  if (options.json === true) terminal.out(JSON.stringify({ ok: failed === 0, failed, warnings, findings }, null, 2));
  else for (const line of findingLines(findings, terminal.style)) terminal.out(line);
  if (options.json !== true)
    terminal.out(
      summary({ failed, warnings, good: options.resolvers === true ? 'The policies hold' : 'Ready' }, terminal.style),
    );
  return failed === 0 ? exit.good : exit.no;
}

function findingLines(findings: readonly Finding[], style: Style): string[] {
  const paint = { ok: style.green, warning: style.yellow, failed: style.red };
  return findings.flatMap(({ state, what, remedy }) => {
    const line = `${paint[state](state.padEnd(7))}  ${what}`;
    return remedy === null
      ? [line]
      : [line, ...remedy.split('\n').map((part, index) => style.dim(`         ${index === 0 ? '→ ' : '  '}${part}`))];
  });
}

interface Summary {
  readonly failed: number;
  readonly warnings: number;
  readonly good: string;
}

function summary({ failed, warnings, good }: Summary, { bold, green, red }: Style): string {
  if (failed > 0) return red(bold(`${plural(failed, 'check')} failed.`));
  return green(bold(warnings > 0 ? `${good}, with ${plural(warnings, 'warning')}.` : `${good}.`));
}
