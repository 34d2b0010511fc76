/** Asks the members of the replica set directly, past their proxies: who leads, and makes one give the lead up. */
import type { Mongod } from '../../src/testing/servers/mongod.js';
import { waitFor } from '../../src/testing/wait-for.js';

export type Members = readonly Mongod[];

const electionLimitMs = 60_000;

async function hello(member: Mongod): Promise<{ readonly primary: boolean; readonly secondary: boolean }> {
  const silent = { primary: false, secondary: false };
  if (member.pid === null) return silent;
  return member
    .withClient((client) => client.db('admin').command({ hello: 1 }), { socketTimeoutMS: 2_000 })
    .then(
      (answer) => ({ primary: answer['isWritablePrimary'] === true, secondary: answer['secondary'] === true }),
      () => silent,
    );
}

/** The place of the primary; null: there is none. An isolated one may believe that it is still, so name who is not meant. */
export async function findPrimary(members: Members, except: number | null = null): Promise<number | null> {
  const answers = await Promise.all(members.map(hello));
  const place = answers.findIndex(({ primary }, at) => primary && at !== except);
  return place < 0 ? null : place;
}

export async function awaitPrimary(members: Members, except: number | null = null): Promise<number> {
  const found = await waitFor(
    async () => {
      const place = await findPrimary(members, except);
      return place === null ? null : { place };
    },
    { what: 'a primary', limitMs: electionLimitMs, everyMs: 100 },
  );
  return found.place;
}

export async function awaitSecondary(member: Mongod): Promise<void> {
  const serves = async (): Promise<boolean> => {
    const { primary, secondary } = await hello(member);
    return primary || secondary;
  };
  await waitFor(serves, { what: 'a member to serve again', limitMs: electionLimitMs, everyMs: 100 });
}

/** It does not stand for election for so long. False: it refused. */
export async function stepDown(member: Mongod, seconds: number): Promise<boolean> {
  return member
    .withClient((client) =>
      client.db('admin').command({ replSetStepDown: seconds, secondaryCatchUpPeriodSecs: 0, force: true }),
    )
    .then(
      () => true,
      () => false,
    );
}
