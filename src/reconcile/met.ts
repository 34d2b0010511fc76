/** What a step of a scan has met: how many records, and which of them look different. */
import type { Entity } from '../model/entity.js';
import { type State, sameState } from '../model/record.js';
import { unitsOf } from '../model/weight.js';
import { inSample } from './sample.js';
import type { Suspect } from './scan-step.js';

export interface Sample {
  readonly entity: Entity;
  /** The share of records, by a hash of their keys. */
  readonly sample: number;
  readonly seed: string;
}

export class Met {
  compared = 0;
  readonly suspects: Suspect[] = [];

  constructor(private readonly of: Sample) {}

  take(key: string, sql: State, mongodb: State): void {
    const { entity, sample, seed } = this.of;
    if (!inSample(seed, key, sample)) return;
    this.compared++;
    if (!sameState(sql, mongodb))
      this.suspects.push({ entity: entity.name, key, units: unitsOf(sql) + unitsOf(mongodb) });
  }

  /** What SQL has not. The state may be left out. */
  takeMissing(key: string, mongodb: State): void {
    this.compared++;
    this.suspects.push({ entity: this.of.entity.name, key, units: unitsOf(mongodb) });
  }
}
