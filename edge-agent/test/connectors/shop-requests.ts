import type { WireInput } from '../../src/ingest/connector.ts';
import type { GoldenCase } from './golden.ts';

/** A line of `requests.jsonl` → the request; of other files (the web pixel) the line itself is the message. */
export function requestOf({ file, text }: Pick<GoldenCase, 'file' | 'text'>): WireInput {
  if (file !== 'requests.jsonl') return { text };
  const { method, path, query, headers, body } = JSON.parse(text) as Record<'method' | 'path' | 'body', string> & {
    query?: Record<string, string>;
    headers: Record<string, string>;
  };
  return { method, path, query, headers, bytes: Buffer.from(body, 'utf8') };
}
