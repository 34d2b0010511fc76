/** What the engine of one share is bounded by, where the bounds are meant for all of them together. Pure. */
import type { EngineOptions } from '../../sync/options.js';

/** Fewer than a batch would keep a share from ever writing a whole one. */
const leastRecords = 1_000;

/**
 * What is awaited of our own writes, what is held, how much is written a second and by how many lanes: as if all shares were one engine.
 * What a side has yet to read back stands before its users' changes, memory is the process', and with more lanes than a server has work
 * for each transaction is smaller.
 */
export function boundsOfShare(whole: EngineOptions, shares: number): EngineOptions {
  return {
    ...whole,
    awaitingMost: partOf(whole.awaitingMost, shares, leastRecords),
    heldMost: partOf(whole.heldMost, shares, leastRecords),
    throttle: whole.throttle === null ? null : partOf(whole.throttle, shares, 1),
    lanes: lanesOfShare(whole.lanes, shares),
  };
}

/** Lanes of a share's links, of those that the configuration has for all shares. */
export function lanesOfShare(lanes: number, shares: number): number {
  return partOf(lanes, shares, 1);
}

function partOf(most: number, shares: number, least: number): number {
  return Math.max(least, Math.ceil(most / shares));
}
