/** An entity made ready for MongoDB: its reader, and canonical keys and values as the driver writes them. Must not know commands. */
import { BSON } from 'mongodb';
import type { Entity } from '../model/entity.js';
import { decodeKey } from '../model/key.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import { DocumentReader } from './document-reader.js';

import { type BsonCodec, bsonCodec, keyCodec } from './types.js';

export class EntityPlan {
  readonly reader: DocumentReader;
  private readonly keyCodecs: readonly BsonCodec[];
  private readonly codecs: readonly BsonCodec[];

  constructor(readonly entity: Entity) {
    this.reader = new DocumentReader(entity);
    this.keyCodecs = entity.key.map((field) => keyCodec(field.type));
    this.codecs = entity.fields.map((field) => bsonCodec(field.type));
  }

  /** The `_id` of a key. Numbers are found by value, so a 5.0 that an application wrote is found by 5. */
  id(key: string): unknown {
    if (isRefused(key)) return BSON.EJSON.parse(`{"v":${readRefusal(key).image}}`, { relaxed: false })['v'];
    const parts = decodeKey(key, this.keyCodecs.length).map((part, index) =>
      (this.keyCodecs[index] as BsonCodec).toBson(part),
    );
    if (parts.length === 1) return parts[0];
    return new Map(parts.map((part, index) => [this.entity.key[index]?.field ?? '', part]));
  }

  /** A canonical value, neither null nor refused. */
  value(slot: number, value: string): unknown {
    return (this.codecs[slot] as BsonCodec).toBson(value);
  }
}

export type EntityPlans = ReadonlyMap<string, EntityPlan>;

export function entityPlans(entities: ReadonlyMap<string, Entity>): EntityPlans {
  return new Map([...entities].map(([name, entity]) => [name, new EntityPlan(entity)]));
}

export function planOf(plans: EntityPlans, entity: string): EntityPlan {
  const plan = plans.get(entity);
  if (plan === undefined) throw new RangeError(`no entity ${entity}`);
  return plan;
}
