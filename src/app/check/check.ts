/** Everything that must hold before a run, gathered from both databases and the mapping. Changes nothing. */
import { systemClock } from '../../base/clock.js';
import { type Finding, failed, ok, warning } from '../../base/finding.js';
import type { Logger } from '../../base/logger.js';
import type { Config } from '../../config/schema.js';
import type { Policy } from '../../conflict/policy.js';
import { debeziumFindings } from '../../debezium/findings.js';
import { ClockSkew } from '../../observe/clock-skew.js';
import { CustomRunner } from '../custom/custom-runner.js';
import { readSchema } from '../read-schema.js';
import { connectorOf, isDebezium } from '../scale/open-debezium.js';
import { openTransport } from '../scale/open-kafka.js';
import { type OpenSides, openSides } from '../sides.js';
import { checkMapping } from './check-mapping.js';

/** Beyond this, `lww` can be wrong by what the skew changes between two measures. */
const skewLimitMs = 1000;

/** Throws `…_unreachable` if a server does not answer. */
export async function checkAll(config: Config, { log }: { readonly log: Logger }): Promise<readonly Finding[]> {
  const { tables } = await readSchema(config, { log });
  const mapping = checkMapping(config, tables);
  const sides = await openSides(config, mapping, { log, clock: systemClock });
  try {
    return [
      ...(await sides.sql.inspect()),
      ...(await sides.mongodb.inspect()),
      ...(await transportFindings(config, mapping, log)),
      ...mapping.findings,
      ...(await moduleFindings(mapping.policies)),
      ...noTables(mapping.entities.size),
      await skewFinding(sides, log),
    ];
  } finally {
    await sides.close();
  }
}

async function transportFindings(
  config: Config,
  { entities }: Pick<OpenSides, 'entities'>,
  log: Logger,
): Promise<readonly Finding[]> {
  const transport = await openTransport(config, { entities, log, clock: systemClock });
  const found = (await transport?.inspect()) ?? [];
  return isDebezium(config)
    ? [...found, ...debeziumFindings(entities, { connector: connectorOf(config), modes: config.transport.debezium })]
    : found;
}

async function moduleFindings(policies: ReadonlyMap<string, Policy>): Promise<readonly Finding[]> {
  const custom = new CustomRunner();
  try {
    return await custom.check(policies);
  } finally {
    await custom.close();
  }
}

export function noTables(count: number): Finding[] {
  return count > 0
    ? []
    : [failed('mapping', 'no table can be synced', 'Mend the tables above, or name others under `entities`.')];
}

async function skewFinding({ sql, mongodb }: OpenSides, log: Logger): Promise<Finding> {
  const skew = new ClockSkew({ sql: sql.store, mongodb: mongodb.store, clock: systemClock, log });
  const ms = await skew.measure();
  const what = `${sql.server}’s clock is ${Math.abs(ms)} ms ${ms < 0 ? 'behind' : 'ahead of'} MongoDB’s`;
  if (Math.abs(ms) <= skewLimitMs) return ok('clock_skew', what);
  return warning(
    'clock_skew',
    what,
    'Run NTP on both servers. The sync measures the skew and corrects for it, but a clock that steps can let the earlier write win under lww.',
  );
}
