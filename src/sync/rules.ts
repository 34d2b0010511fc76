/**
 * The protocol's rules that a test can take away, to show what each is for. Production never does.
 * Names as in the protocol's model; the last ones are about what the model leaves out.
 */
export const removableRules = [
  'echo',
  'awaiting',
  'tips',
  'superseded',
  'absorb',
  'mark',
  'lock',
  'timer',
  'unloaded',
  'echo-loads',
  'durable',
  'ranges',
  'deviation',
  'compare',
  'shown',
  'watch',
  'confirm',
  'owed',
  'early',
  'lead-mark',
  'coming',
  'skipped',
  'letter-shown',
  'lacking',
  'unheard',
  'filled',
  'before-chunk',
  'left',
] as const;

export type RemovableRule = (typeof removableRules)[number];
