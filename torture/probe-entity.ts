/** A table and a collection of the run's own, synced beside the users': it shows when a log is read to its end. Data only. */
import type { ConfigInput } from '../src/index.js';

export const probeTable = 'torture_probe';

export const createProbeTable = `create table ${probeTable} (id int primary key, n int not null);`;

export const probeEntity: NonNullable<ConfigInput['entities']>[number] = {
  table: probeTable,
  conflict: { strategy: 'prefer_sql' },
};
