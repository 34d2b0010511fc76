/** The rules that a run can do without: the engine's and the stores'. */
import { type RemovableRule, removableRules } from '../../sync/rules.js';
import { type StoreRule, storeRules } from '../memory/store-rules.js';

export type RuleName = RemovableRule | StoreRule;

export const ruleNames: readonly RuleName[] = [...removableRules, ...storeRules];
