/** The rules of CONTRIBUTING.md that no linter knows: size and names of files, a header, no test that is switched off. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { breaches } from './house-rules-of-file.js';
import { codeFolders } from './steps.js';

const found: string[] = [];
for (const folder of codeFolders) {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/\.tsx?$/.test(basename(path))) continue;
    for (const breach of breaches(path, await readFile(path, 'utf8'))) found.push(`${path}: ${breach}`);
  }
}
for (const line of found) console.error(line);
process.exitCode = found.length === 0 ? 0 : 1;
