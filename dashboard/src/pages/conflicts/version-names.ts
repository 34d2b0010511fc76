/** What the three versions of a conflict are called. */
import { useSideNames } from '../../state/side-names.js';
import type { Version } from './fields.js';

export function useVersionNames(): Readonly<Record<Version, string>> {
  return { base: 'Ancestor', ...useSideNames() };
}
