/** Whether a configuration that deploy/ ships would be taken by the process: its own reader reads it, with secrets in their places. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfigText } from '../src/config/load.js';
import type { Config } from '../src/config/schema.js';

const secretFile = /file:(\/run\/secrets\/[\w/.-]+)/g;

/** `secrets`: the path of each file that the text may name → what stands in it. Throws what the process would say. */
export function configurationOf(text: string, secrets: Readonly<Record<string, string>>): Config {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-deploy-'));
  try {
    const places = new Map(Object.keys(secrets).map((path, index) => [path, join(folder, String(index))]));
    for (const [path, place] of places) writeFileSync(place, `${secrets[path]}\n`);
    const placed = text.replaceAll(secretFile, (whole, path: string) => {
      const place = places.get(path);
      return place === undefined ? whole : `file:${place}`;
    });
    return readConfigText(placed, { name: 'isthmus.yaml', folder }, {});
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
