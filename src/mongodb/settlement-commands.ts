/** Settlements as write commands of the transaction that decides them: upserts by id. Must not know transactions. */

import type { Document } from 'mongodb';
import type { Ending } from '../model/conflict.js';
import type { Closing } from '../ports/side-store.js';
import { endingDocument, type SizedDocument } from './conflict-document.js';
import { type EntityPlans, planOf } from './entity-plan.js';

/** A command is one BSON document of at most 16 MB. */
const commandBytes = 12_000_000;

export interface SettlementCommand {
  readonly command: Readonly<Record<string, unknown>>;
  readonly expected: number;
}

export function settlementCommands(
  name: string,
  plans: EntityPlans,
  settlements: readonly Ending[],
): SettlementCommand[] {
  if (settlements.length === 0) return [];
  const conflicts = settlements.filter(({ type }) => type === 'conflict');
  const agreements = settlements.filter(({ type }) => type === 'agreement');
  const discards = settlements.filter(({ type }) => type === 'discard');
  return [
    ...commandsOf('conflicts', conflicts),
    ...commandsOf('settlements', agreements),
    ...commandsOf('dead_letters', discards),
  ];

  function commandsOf(collection: string, group: readonly Ending[]): SettlementCommand[] {
    return bounded(
      group.map((settlement) => endingDocument(name, planOf(plans, settlement.entity).entity, settlement)),
    ).map((documents) => ({
      command: {
        update: collection,
        updates: documents.map((u) => ({ q: { _id: u['_id'] as string }, u, upsert: true })),
      },
      expected: documents.length,
    }));
  }
}

export function closingCommand(name: string, { ids, at, by }: Closing): Readonly<Record<string, unknown>> {
  const q = { _id: { $in: [...ids] }, name, state: 'pending' };
  const u = { $set: { state: 'resolved', resolvedAt: new Date(at), resolvedBy: by } };
  return { update: 'conflicts', updates: [{ q, u, multi: true }] };
}

function bounded(settlements: readonly SizedDocument[]): Document[][] {
  const parts: Document[][] = [];
  let bytes = commandBytes;
  for (const { document, bytes: own } of settlements) {
    const size = own + 100;
    bytes += size;
    if (bytes > commandBytes) {
      parts.push([]);
      bytes = size;
    }
    parts[parts.length - 1]?.push(document);
  }
  return parts;
}
