/** What must hold on MongoDB before a run, each with the command that mends it. Changes nothing. */
import type { Document } from 'mongodb';
import { type Finding, failed, ok, warning } from '../base/finding.js';
import { inspectCollections } from './inspect-collections.js';
import { inspectRights } from './inspect-rights.js';
import { mongoError } from './mongo-error.js';
import { oplogEnds, oplogIsFull } from './oplog.js';
import type { PrepareTarget } from './prepare.js';
import { isAtLeast, type ServerVersion, splitsEvents, versionOf } from './server-version.js';

/** An oplog that holds less than this may lose the sync's place over a weekend. */
const oplogHours = 24;

export async function inspect(target: PrepareTarget): Promise<readonly Finding[]> {
  try {
    const hello = await target.client.db('admin').command({ hello: 1 });
    const topology = topologyFinding(hello);
    const findings = [versionFinding(await versionOf(target.client)), topology, ...(await inspectRights(target))];
    if (topology.state === 'failed') return findings;
    return [...findings, await oplogFinding(target), ...(await inspectCollections(target))];
  } catch (error) {
    throw mongoError(error, 'checking it');
  }
}

function versionFinding(version: ServerVersion): Finding {
  const what = `MongoDB ${version.text}`;
  if (!isAtLeast(version, 6, 0))
    return failed('mongodb.version', `${what} cannot keep before-images`, 'Upgrade to MongoDB 6.0 or later.');
  if (splitsEvents(version)) return ok('mongodb.version', what);
  return warning(
    'mongodb.version',
    `${what} cannot split change events of more than 16 MB`,
    'Upgrade to MongoDB 6.0.9 or later if documents may grow beyond 5 MB.',
  );
}

function topologyFinding(hello: Document): Finding {
  if (hello['msg'] === 'isdbgrid')
    return failed(
      'mongodb.topology',
      'a sharded cluster',
      'Sharded clusters are not supported yet; sync a replica set.',
    );
  if (hello['setName'] !== undefined) {
    const members = (hello['hosts'] as unknown[] | undefined)?.length ?? 1;
    const counted = members === 1 ? '1 member' : `${members} members`;
    return ok('mongodb.topology', `replica set ${String(hello['setName'])}, ${counted}`);
  }
  return failed(
    'mongodb.topology',
    'a standalone server has no change streams',
    'Start mongod with --replSet rs0 and run `rs.initiate()` once; a single node is enough.',
  );
}

async function oplogFinding({ client }: PrepareTarget): Promise<Finding> {
  const id = 'mongodb.oplog';
  const ends = await oplogEnds(client);
  if (ends === null)
    return warning(
      id,
      'the oplog may not be read: how long it holds our place stays unknown, and no alert warns before it is lost',
      'Grant `read` on the database `local`: `db.getSiblingDB("admin").grantRolesToUser(<user>, [{ role: "read", db: "local" }])`.',
    );
  const hours = (ends.newest - ends.oldest) / 3600;
  const full = await oplogIsFull(client);
  const what = `the oplog holds the last ${hours.toFixed(1)} hours${full ? '' : ' and is not full yet'}`;
  if (!full || hours >= oplogHours) return ok(id, what);
  return warning(
    id,
    what,
    'Enlarge it: `db.adminCommand({ replSetResizeOplog: 1, size: <megabytes>, minRetentionHours: 48 })`.',
  );
}
