import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The page talks to the main process through the preload and to no network at all. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'";

/** Answers `livecue://panel/…` from the folder of the built page; anything else is 404. */
export async function answerPage(folder: string, url: string): Promise<Response> {
  const notFound = new Response('There is no such file in the panel.', { status: 404 });
  const path = new URL(url).pathname;
  // Names of the build only: no dots but the one of the extension, nothing encoded, at most one folder.
  const match = /^\/(?:(assets)\/)?([\w-]+\.[a-z]+)$/.exec(path === '/' ? '/index.html' : path);
  const type = TYPES[extname(match?.[2] ?? '')];
  if (match?.[2] === undefined || type === undefined) return notFound;
  try {
    const bytes = await readFile(join(folder, match[1] ?? '', match[2]));
    return new Response(new Uint8Array(bytes), {
      headers: { 'Content-Type': type, 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff' },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return notFound;
    throw error;
  }
}
