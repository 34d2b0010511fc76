/** Runs the user's conflict modules, a thread for each: one that hangs never holds up another. */
import { IsthmusError } from '../../base/errors.js';
import { type Finding, failed, ok } from '../../base/finding.js';
import type { CustomCall, RunCustom } from '../../conflict/custom.js';
import type { Policy } from '../../conflict/policy.js';
import { type CustomLimits, CustomThread, defaultCustomLimits, type ModuleAnswer } from './custom-thread.js';

const remedy =
  'Its default export must be a function of { base, sql, mongodb, meta } that answers at once with plain JSON data.';

export class CustomRunner {
  private readonly threads = new Map<string, CustomThread>();

  constructor(private readonly limits: CustomLimits = defaultCustomLimits) {}

  readonly run: RunCustom = (call) => this.ask(call);

  /** Never rejects. */
  ask({ module, input }: CustomCall): Promise<ModuleAnswer> {
    return this.thread(module).ask(input);
  }

  /** Loads every module that the policies name. Throws `resolver_invalid` for the first that cannot be used. */
  async load(policies: ReadonlyMap<string, Policy>): Promise<void> {
    for (const [module, tables] of modulesOf(policies)) {
      const reason = await this.thread(module).load();
      if (reason !== null)
        throw new IsthmusError('resolver_invalid', { message: told(reason, module, tables), remedy });
    }
  }

  /** The same as what `check` says of each module. */
  async check(policies: ReadonlyMap<string, Policy>): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    for (const [module, tables] of modulesOf(policies)) {
      const reason = await this.thread(module).load();
      const id = `resolver.${module}`;
      findings.push(
        reason === null
          ? ok(id, `the conflict module ${module} of ${tables.join(', ')} can be loaded`)
          : failed(id, told(reason, module, tables), remedy),
      );
    }
    return findings;
  }

  async close(): Promise<void> {
    await Promise.all([...this.threads.values()].map((thread) => thread.close()));
  }

  private thread(module: string): CustomThread {
    let thread = this.threads.get(module);
    if (thread === undefined) {
      thread = new CustomThread(module, this.limits);
      this.threads.set(module, thread);
    }
    return thread;
  }
}

function told(reason: string, module: string, tables: readonly string[]): string {
  return `${reason}. It decides conflicts of ${tables.join(', ')}: ${module}`;
}

/** Module → the tables that it decides for. */
function modulesOf(policies: ReadonlyMap<string, Policy>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const [table, { module, rules }] of policies) {
    const named = [module, ...[...rules.values()].map((rule) => (rule.rule === 'custom' ? rule.module : null))];
    for (const one of named) if (one !== null) found.set(one, (found.get(one) ?? new Set()).add(table));
  }
  return new Map([...found].map(([module, tables]) => [module, [...tables]]));
}
