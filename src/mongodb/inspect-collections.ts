/** What `check` says of each synced collection: before-images, its kind, its collation, and keys that do not fit. */
import type { Document } from 'mongodb';
import { type Finding, failed, ok, warning } from '../base/finding.js';
import type { Entity } from '../model/entity.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import { DocumentReader } from './document-reader.js';
import { collectionsOf, hasImages, imagesOn, type PrepareTarget, statement } from './prepare.js';
import { replies } from './records.js';

/** Keys that are looked at from either end of the order: values of another type stand there. */
const sample = 200;
const textKinds = new Set(['text', 'varchar', 'char', 'citext', 'enum', 'opaque']);

export async function inspectCollections(target: PrepareTarget): Promise<Finding[]> {
  const existing = await collectionsOf(target.client.db(target.database));
  const findings: Finding[] = [];
  for (const entity of target.entities.values()) {
    const info = existing.get(entity.collection);
    findings.push(imagesFinding(target, entity, info));
    if (info === undefined) continue;
    findings.push(...shapeFindings(entity, info));
    if (info['type'] === 'collection') findings.push(...(await keyFindings(target, entity)));
  }
  return findings;
}

function imagesFinding({ database }: PrepareTarget, { collection }: Entity, info: Document | undefined): Finding {
  const id = `mongodb.before_images.${collection}`;
  if (hasImages(info)) return ok(id, `${collection} keeps before-images`);
  const command = info === undefined ? { create: collection, ...imagesOn } : { collMod: collection, ...imagesOn };
  const what = info === undefined ? `${collection} does not exist yet` : `${collection} keeps no before-images yet`;
  return warning(id, what, `\`isthmus prepare\` does it: ${statement(database, command)}`);
}

function shapeFindings(entity: Entity, info: Document): Finding[] {
  const { collection } = entity;
  const id = `mongodb.collection.${collection}`;
  const options = (info['options'] ?? {}) as Document;
  if (info['type'] !== 'collection')
    return [
      failed(
        id,
        `${collection} is a ${String(info['type'])}`,
        'Only ordinary collections can be synced: pair the table with another one.',
      ),
    ];
  const findings: Finding[] = [];
  if (options['capped'] === true)
    findings.push(
      failed(
        id,
        `${collection} is capped: it drops documents by itself, and transactions cannot write to it`,
        `db.runCommand({ convertToCapped … }) cannot undo it: copy it to an ordinary collection.`,
      ),
    );
  const locale = (options['collation'] as Document | undefined)?.['locale'] as string | undefined;
  if (locale !== undefined && locale !== 'simple' && entity.key.some(({ type }) => textKinds.has(type.kind))) {
    findings.push(
      failed(
        `mongodb.collation.${collection}`,
        `${collection} has the collation ${locale}, under which two different keys may be the same`,
        'Copy it to a collection without a default collation; indexes and queries can still name one.',
      ),
    );
  }
  return findings;
}

async function keyFindings(target: PrepareTarget, entity: Entity): Promise<Finding[]> {
  const reader = new DocumentReader(entity);
  const reasons = new Set<string>();
  for (const direction of [1, -1]) {
    const find = {
      find: entity.collection,
      projection: { _id: 1 },
      sort: { _id: direction },
      limit: sample,
      batchSize: sample,
    };
    for await (const { documents } of replies(target, find)) {
      for (const bytes of documents) {
        const key = reader.keyOf(bytes, 0);
        if (isRefused(key)) reasons.add(readRefusal(key).reason);
      }
    }
  }
  if (reasons.size === 0) return [];
  return [
    warning(
      `mongodb.keys.${entity.collection}`,
      `${entity.collection} has keys that cannot cross: ${[...reasons].slice(0, 3).join('; ')}`,
      'Such records stay on their side and wait for a person; give them keys of the table’s type to sync them.',
    ),
  ];
}
