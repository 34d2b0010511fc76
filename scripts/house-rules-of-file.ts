/** What one file breaks of the house rules. Must not read files. */

const mostLines = 300;

/** Names that say nothing of what is inside. */
const emptyNames = /(^|[-./])(utils?|helpers?|common|misc|managers?)([-./]|$)/;

const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.tsx?$/;

/** `test.skipIf` stays: it says why. */
const switchedOff = /\b(?:describe|it|test)\.(?:only|skip|todo)\b/;

export function breaches(path: string, text: string): string[] {
  const found: string[] = [];
  const name = path.split('/').at(-1) ?? '';
  const isTest = name.endsWith('.test.ts');
  const lines = text.trimEnd().split('\n').length;
  if (!isTest && lines > mostLines) found.push(`${lines} lines; at most ${mostLines}`);
  if (emptyNames.test(path)) found.push('the name does not say what is inside');
  if (!kebabCase.test(name)) found.push('the name is not in kebab-case');
  if (!isTest && !/^(#!.*\n)?\/\*\*/.test(text)) found.push('no header comment that says what it is');
  if (isTest && switchedOff.test(text)) found.push('a test that is switched off, or that switches off the others');
  return found;
}
