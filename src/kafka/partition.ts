/**
 * Which partition a record belongs to: the same one in both topics, so that one worker has all that is said of it. Must not know
 * a broker.
 */
import { type RecordRef, recordId } from '../model/record.js';

/** `partitions`: how many each of the two topics has. */
export function partitionOf(ref: RecordRef, partitions: number): number {
  return (murmur2(Buffer.from(recordId(ref))) & 0x7fffffff) % partitions;
}

const seed = 0x9747b28c;
const m = 0x5bd1e995;

/** MurmurHash2, 32 bits, with the seed by which Kafka's own clients spread keys (Austin Appleby, public domain). */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const word = (at: number): number =>
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24);
  let hash = seed ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let k = Math.imul(word(at), m);
    k = Math.imul(k ^ (k >>> 24), m);
    hash = Math.imul(hash, m) ^ k;
  }
  const left = length - at;
  if (left === 3) hash ^= (bytes[at + 2] as number) << 16;
  if (left >= 2) hash ^= (bytes[at + 1] as number) << 8;
  if (left >= 1) hash = Math.imul(hash ^ (bytes[at] as number), m);
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return hash ^ (hash >>> 15);
}
