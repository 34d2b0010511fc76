/** The dashboard's built files, read once and served from memory. They hold no data, so that they need no token. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/** Where `npm run build` puts it, seen from the sources and from the build alike. */
export const builtDashboard = fileURLToPath(new URL('../../dist/dashboard/', import.meta.url));

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
  readonly zipped: Buffer;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** Scripts and styles are files of ours: none stands in the page, none comes from elsewhere. */
const policy =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function addDashboard(app: FastifyInstance, folder: string): void {
  const assets = readAssets(folder);
  const page = assets.find(({ path }) => path === 'index.html') ?? notBuilt;
  for (const asset of [...assets.filter((one) => one !== page), page]) {
    const isPage = asset === page;
    app.get(isPage ? '/' : `/${asset.path}`, { config: { open: true } }, (request, reply) => {
      const zips = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
      return reply
        .type(asset.type)
        .headers({
          'content-security-policy': policy,
          // Names change with the content, but for the page’s.
          'cache-control': isPage ? 'no-cache' : 'public, max-age=31536000, immutable',
          vary: 'accept-encoding',
          ...(zips ? { 'content-encoding': 'gzip' } : {}),
        })
        .send(zips ? asset.zipped : asset.body);
    });
  }
}

function readAssets(folder: string): Asset[] {
  return filesOf(folder).flatMap((file) => {
    const type = types[extname(file)];
    if (type === undefined) return [];
    return [asset(relative(folder, file).split(sep).join('/'), type, readFileSync(file))];
  });
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => extname(name) !== '')
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function asset(path: string, type: string, body: Buffer): Asset {
  return { path, type, body, zipped: gzipSync(body) };
}

const notBuilt = asset(
  'index.html',
  'text/html; charset=utf-8',
  Buffer.from(
    '<!doctype html><html lang="en"><title>Isthmus</title><h1>The dashboard is not built</h1><p>Run <code>npm run build</code> and start again. The API answers all the same.</p></html>',
  ),
);
