/** How a test runs a program of the checkout as a process: as `npm test` has compiled it, else by a loader. */
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Given as an address, since the working folder may have no packages. */
const loader = import.meta.resolve('tsx');

/** Node's arguments for a source file; a folder of compiled files is named by ISTHMUS_COMPILED. */
export function programArguments(source: URL): string[] {
  const path = fileURLToPath(source);
  const compiled = process.env['ISTHMUS_COMPILED'] ?? '';
  if (compiled === '') return ['--import', loader, path];
  return [join(compiled, relative(root, path).replace(/\.ts$/, '.js'))];
}
