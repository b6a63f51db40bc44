import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ShowLogEntry, UplinkBody } from '@livecue/shared/contract';
import type { RawFrame, Step } from '../../ports.ts';
import type { Logger } from '../../runtime/logger.ts';

/** Rooms open on 2026-05-01T00:00:00Z. */
export const START_MS = 1_777_593_600_000;

export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'livecue-store-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function recordingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export function frameOf(text: string): RawFrame {
  return { sourceName: 'zmq', ingestTimeMs: START_MS, encoding: 'json', bytes: new TextEncoder().encode(text) };
}

export const textOf = (frame: RawFrame): string => new TextDecoder().decode(frame.bytes);

export function promptBody(n: number): UplinkBody {
  return {
    kind: 'prompt', roomId: 'main', promptId: `p-${n}`, rule: 'stock-out', priority: 'advice', productId: null,
    raisedMs: START_MS + n, revision: 0, outcome: null, closedMs: null,
  }; // prettier-ignore
}

/** The `n`th entry of a show. */
export function entryOf(n: number, showId = '20260501T000000Z-main'): ShowLogEntry {
  return { kind: 'explain', showId, atMs: START_MS + n, productId: `p${n}`, sinceMs: START_MS };
}

export function stepOf(parts: Partial<Step>): Step {
  return {
    journalPosition: 0,
    state: { put: [], del: [] },
    seenIds: [],
    outbox: [],
    showLog: [],
    nowMs: START_MS,
    ...parts,
  };
}
