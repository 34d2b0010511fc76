/** A share of keys that is the same wherever it is drawn: by a hash of the key. Pure. */

/** FNV-1a over UTF-16 units, stirred at the end, since its high bits hardly change with the last letter. */
export function inSample(seed: string, key: string, share: number): boolean {
  if (share >= 1) return true;
  let hash = 0x811c9dc5;
  for (const text of [seed, key])
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 < share;
}
