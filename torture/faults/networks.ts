/** The network between the sync and both databases, and between the members of the set: cut, silent, slow, reset. */

import { awaitPrimary } from '../cluster/replica-set.js';
import type { ServerProxy, Toxic } from '../cluster/server-proxy.js';
import { type Fault, type FaultWorld, hold, type Touched } from './fault.js';

/** Which proxies a fault is about, and what it so touches. */
interface Place {
  readonly name: string;
  readonly what: string;
  readonly touches: readonly Touched[];
  readonly proxies: (world: FaultWorld) => Promise<readonly ServerProxy[]> | readonly ServerProxy[];
}

const sql: Place = {
  name: 'sql',
  what: 'between the sync and PostgreSQL',
  touches: ['sql-network'],
  proxies: ({ cluster }) => [cluster.proxies.sql],
};

const primary: Place = {
  name: 'primary',
  what: 'before the primary, for clients and members',
  touches: ['mongodb'],
  async proxies({ cluster }) {
    const at = await awaitPrimary(cluster.mongo.members);
    return cluster.proxies.members.slice(at, at + 1);
  },
};

const mongodb: Place = {
  name: 'mongodb',
  what: 'before all members of the replica set',
  touches: ['mongodb'],
  proxies: ({ cluster }) => cluster.proxies.members,
};

async function poisoned(proxies: readonly ServerProxy[], toxics: readonly Toxic[], forMs: number): Promise<void> {
  const cures: (() => Promise<void>)[] = [];
  try {
    for (const proxy of proxies) for (const toxic of toxics) cures.push(await proxy.poison(toxic));
    await hold(forMs);
  } finally {
    for (const cure of cures) await cure();
  }
}

async function cutFor(proxies: readonly ServerProxy[], forMs: number): Promise<void> {
  try {
    for (const proxy of proxies) await proxy.cut();
    await hold(forMs);
  } finally {
    for (const proxy of proxies) await proxy.open();
  }
}

/** Both ways. */
function everyWay(type: Toxic['type'], attributes: Toxic['attributes']): readonly Toxic[] {
  return [
    { type, stream: 'upstream', attributes },
    { type, stream: 'downstream', attributes },
  ];
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function cut(place: Place): Fault {
  return {
    name: `cut-${place.name}`,
    does: `the network ${place.what} is cut: connections end, new ones are refused`,
    touches: place.touches,
    seconds: [1, 8],
    async run(world, { forMs }) {
      await cutFor(await place.proxies(world), forMs);
      return `cut for ${seconds(forMs)}`;
    },
  };
}

function halfOpen(place: Place): Fault {
  return {
    name: `half-open-${place.name}`,
    does: `connections ${place.what} stay open and nothing comes through`,
    touches: place.touches,
    seconds: [2, 12],
    async run(world, { forMs }) {
      await poisoned(await place.proxies(world), everyWay('timeout', { timeout: 0 }), forMs);
      return `silent for ${seconds(forMs)}`;
    },
  };
}

function delay(place: Place): Fault {
  return {
    name: `delay-${place.name}`,
    does: `delay and jitter ${place.what}`,
    touches: place.touches,
    seconds: [3, 10],
    async run(world, { forMs, random }) {
      const latency = 20 + random.int(180);
      const toxics = everyWay('latency', { latency, jitter: Math.floor(latency / 2) });
      await poisoned(await place.proxies(world), toxics, forMs);
      return `${latency} ms more each way`;
    },
  };
}

function reset(place: Place): Fault {
  return {
    name: `reset-${place.name}`,
    does: `connections ${place.what} are reset again and again`,
    touches: place.touches,
    seconds: [2, 6],
    async run(world, { forMs, random }) {
      const proxies = await place.proxies(world);
      const until = performance.now() + forMs;
      let resets = 0;
      while (performance.now() < until) {
        // Left in place it would reset every connection before its first answer.
        await poisoned(proxies, [{ type: 'reset_peer', stream: 'downstream', attributes: { timeout: 0 } }], 50);
        resets += 1;
        await hold(300 + random.int(900));
      }
      return `${resets} resets`;
    },
  };
}

function slow(place: Place): Fault {
  return {
    name: `slow-${place.name}`,
    does: `a target about 100 times slower: 20 ms each way and 100 KB/s ${place.what}`,
    touches: place.touches,
    seconds: [4, 12],
    async run(world, { forMs }) {
      const toxics = [...everyWay('latency', { latency: 20 }), ...everyWay('bandwidth', { rate: 100 })];
      await poisoned(await place.proxies(world), toxics, forMs);
      return `for ${seconds(forMs)}`;
    },
  };
}

export const networks: readonly Fault[] = [
  ...[sql, primary, mongodb].map(cut),
  ...[sql, primary, mongodb].map(halfOpen),
  ...[sql, mongodb].map(delay),
  ...[sql, primary].map(reset),
  ...[sql, primary].map(slow),
];
