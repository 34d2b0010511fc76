/** Finds the field that a policy names, by column or by document field, and says what is wrong with a name. Pure. */
import { didYouMean } from '../base/nearest.js';
import type { Entity } from '../model/entity.js';

export interface PolicyProblem {
  /** The rule's field as the configuration names it; null: the policy as a whole. */
  readonly field: string | null;
  /** A sentence that begins with the table's name. */
  readonly message: string;
  readonly remedy: string;
}

/** The index in `entity.fields` by column, else by document field; -1 if there is none. */
export function findField(entity: Entity, name: string): number {
  const byColumn = entity.fields.findIndex(({ column }) => column === name);
  return byColumn >= 0 ? byColumn : entity.fields.findIndex(({ field }) => field === name);
}

export function unknownField(entity: Entity, name: string): PolicyProblem {
  const isKey = entity.key.some(({ column, field }) => column === name || field === name);
  const names = entity.fields.flatMap(({ column, field }) => [column, field]);
  return isKey
    ? {
        field: name,
        message: `${entity.name}: ${name} is the key, or a part of it, which never changes`,
        remedy: 'Remove the rule.',
      }
    : {
        field: name,
        message: `${entity.name} has no mapped column or field ${name}${didYouMean(name, names)}`,
        remedy: 'Name a column that is mapped, or its field in the document.',
      };
}
