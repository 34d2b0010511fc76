/** The strict reading of a key's value: what MongoDB takes for two keys must never be one of ours. Must not know composite keys. */
import type { ColumnType } from '../model/entity.js';
import type { BsonCodec } from './types.js';

/** Like `bsonCodec`, but strings and numbers are never converted into each other; null is refused too. */
export function keyCodec(type: ColumnType): BsonCodec {
  throw new Error(`not built yet: ${type.kind}`);
}
