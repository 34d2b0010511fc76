/** All faults there are, and which of them a run can have on this machine. */

import { noDiskBecause } from '../cluster/disk.js';
import { noClockBecause } from '../cluster/server-clock.js';
import { applications } from './applications.js';
import { elections } from './elections.js';
import type { Fault, Machine } from './fault.js';
import { lostAnswers } from './lost-answers.js';
import { lostLogs } from './lost-logs.js';
import { machines } from './machines.js';
import { networks } from './networks.js';
import { serverKills } from './server-kills.js';
import { syncDoubles } from './sync-doubles.js';
import { syncEnds } from './sync-ends.js';

export const faults: readonly Fault[] = [
  ...syncEnds,
  ...syncDoubles,
  ...serverKills,
  ...networks,
  ...lostAnswers,
  ...elections,
  ...machines,
  ...applications,
  ...lostLogs,
];

/** What this machine can do; programs that are missing are installed where that is possible. */
export async function lookAtMachine(): Promise<Machine> {
  return { noDisk: noDiskBecause(), noClock: await noClockBecause() };
}

export interface Chosen {
  readonly faults: readonly Fault[];
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

/** Instead of names: users alone. */
const none = 'none';

/** `names`: only these; null: all. Throws for a name that is none. */
export function choose(names: readonly string[] | null, machine: Machine): Chosen {
  if (names?.length === 1 && names[0] === none) return { faults: [], leftOut: [] };
  const known = new Map(faults.map((fault) => [fault.name, fault]));
  const unknown = (names ?? []).filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new Error(`There is no fault ${unknown.join(', ')}. There are: ${[...known.keys()].join(', ')}`);
  const wanted =
    names === null
      ? faults.filter(({ onlyNamed }) => onlyNamed !== true)
      : faults.filter(({ name }) => names.includes(name));
  const leftOut = wanted.flatMap((fault) => {
    const why = fault.missing?.(machine) ?? null;
    return why === null ? [] : [{ name: fault.name, why }];
  });
  const left = new Set(leftOut.map(({ name }) => name));
  return { faults: wanted.filter(({ name }) => !left.has(name)), leftOut };
}
