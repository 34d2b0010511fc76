/** `npm run check`: format and lint, promises, types, layers, dead code, house rules. Runs all, then tells. */
import { codeFolders, runStep, type Step } from './steps.js';

const steps: readonly Step[] = [
  { name: 'format and lint', command: 'biome', args: ['check', '--error-on-warnings', '--colors=off', '.'] },
  { name: 'types', command: 'tsc', args: ['-p', '.'] },
  { name: 'types of the dashboard', command: 'tsc', args: ['-p', 'dashboard'] },
  { name: 'promises', command: 'eslint', args: ['--max-warnings', '0', '.'] },
  { name: 'layers and cycles', command: 'depcruise', args: ['--config', '.dependency-cruiser.js', ...codeFolders] },
  { name: 'dead code', command: 'knip', args: ['--no-progress'] },
  { name: 'documentation', command: 'tsx', args: ['scripts/write-docs.ts', '--check'] },
  { name: 'house rules', command: 'tsx', args: ['scripts/house-rules.ts'] },
];

let failed = 0;
for (const step of steps) if (!(await runStep(step))) failed++;
console.log(failed === 0 ? 'All checks passed.' : `${failed} of ${steps.length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;
