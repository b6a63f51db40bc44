import { readFile, realpath } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/**
 * The page loads nothing but itself and talks to nobody but us; no inline script or style at all.
 * `origin` is the request's own, already checked; some browsers do not count WebSockets as 'self'.
 */
export function securityHeaders(origin: string): Record<string, string> {
  return {
    'Content-Security-Policy':
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; ` +
      `connect-src 'self' ${origin.replace('http', 'ws')}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}

/** Path of a URL → file of the folder, or null for anything outside, hidden, of unknown type or absent. */
async function locate(folder: string, urlPath: string): Promise<string | null> {
  let path: string;
  try {
    path = decodeURIComponent(urlPath);
  } catch {
    return null;
  }
  if (path.endsWith('/')) path += 'index.html';
  const parts = path.split('/').slice(1);
  if (parts.some((part) => part === '' || part.startsWith('.') || /[\\\0:]/.test(part))) return null;
  if (TYPES[extname(path)] === undefined) return null;
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, ...parts));
    return file.startsWith(root + sep) ? file : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR')
      return null;
    throw error;
  }
}

/** Answers GET and HEAD with a file of the built page. */
export async function servePage(
  folder: string,
  urlPath: string,
  origin: string,
  response: ServerResponse,
): Promise<void> {
  const file = await locate(folder, urlPath);
  const headers = securityHeaders(origin);
  if (file === null) {
    const built = urlPath !== '/';
    const text = built
      ? 'There is no such page here. Open / instead.\n'
      : `The page of the panel is not built: nothing at ${join(folder, 'index.html')}. Run "npm run build", then reload.\n`;
    response.writeHead(built ? 404 : 503, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
    return;
  }
  const bytes = await readFile(file);
  // Files below assets/ carry a hash of their content in their names, the page that names them does not.
  const cache = urlPath.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
  response
    .writeHead(200, {
      ...headers,
      'Content-Type': TYPES[extname(file)],
      'Content-Length': bytes.length,
      'Cache-Control': cache,
    })
    .end(bytes);
}
