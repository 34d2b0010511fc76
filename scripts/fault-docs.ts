/** The table of docs/reliability.md: every fault that a torture run can have. */
import { faults } from '../torture/faults/catalogue.js';

export function faultsTable(): string {
  const rows = faults.map(({ name, does, seconds: [least, most], rare, onlyNamed }) => {
    const when = onlyNamed === true ? 'by name only' : rare === true ? 'once, from 120 s on' : '';
    return `| \`${name}\` | ${does} | ${least} to ${most} s | ${when} |`;
  });
  return ['| fault | what is done | held for | comes |', '|---|---|---|---|', ...rows].join('\n');
}
