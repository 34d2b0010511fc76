/** The rules that a run can do without: the engine's, the stores', and what a policy must hold to. */
import { type RemovableRule, removableRules } from '../../sync/rules.js';
import { type StoreRule, storeRules } from '../memory/store-rules.js';

/** What one side alone changed is kept. */
const policyRules = ['merge'] as const;

export type RuleName = RemovableRule | StoreRule | (typeof policyRules)[number];

export const ruleNames: readonly RuleName[] = [...removableRules, ...storeRules, ...policyRules];
