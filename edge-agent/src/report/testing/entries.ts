import { SHOW_LOG_VERSION, type ShowLogEntry, type ShowNote } from '@livecue/shared/contract';
import type { HostPrompt, PromptEvent, PromptOutcome } from '@livecue/shared/prompt';

/** 2026-05-01T12:00:00Z. */
export const START_MS = Date.UTC(2026, 4, 1, 12);
export const MINUTE_MS = 60_000;
export const SHOW_ID = '20260501T120000Z-main';

export const at = (minutes: number): number => START_MS + minutes * MINUTE_MS;
export const entry = (atMs: number, note: ShowNote): ShowLogEntry =>
  ({ ...note, showId: SHOW_ID, atMs }) as ShowLogEntry;

export const started = (): ShowLogEntry =>
  entry(START_MS, { kind: 'started', version: SHOW_LOG_VERSION, roomId: 'main', mode: 'live', modelVersion: 'test-1', limits: { cardsPer10Min: 4, actNowPer10Min: 2 } }); // prettier-ignore
export const ended = (minutes: number): ShowLogEntry =>
  entry(at(minutes), { kind: 'ended', lastEventMs: at(minutes), why: 'room-ended' });
export const product = (productId: string, linkNumber: number | null, name: string): ShowLogEntry =>
  entry(START_MS, { kind: 'product', productId, linkNumber, name: { zh: name, en: name } });

type Minute = Extract<ShowNote, { kind: 'minute' }>;
export const minute = (minutes: number, productId: string | null, part: Partial<Minute>): ShowLogEntry =>
  entry(at(minutes + 1), { kind: 'minute', productId, openMs: at(minutes), revision: 0, counts: {}, revenueMinor: {}, refundMinor: {}, asked: {}, stock: null, interest: null, ...part }); // prettier-ignore

export function card(promptId: string, part: Partial<HostPrompt> = {}): HostPrompt {
  return {
    promptId, key: promptId, rule: 'interest-surge', priority: 'advice', roomId: 'main', productId: 'p1', linkNumber: 1,
    headline: { zh: '3号 关注', en: 'No. 3' }, reason: { zh: '', en: '' }, fact: null, raisedMs: 0, updatedMs: 0, expiresMs: 0,
    evidence: { window: { openMs: 0, closeMs: 1 }, counts: {}, threshold: {}, modelVersion: 'test-1', eventIds: [] }, ...part,
  };
} // prettier-ignore

export const raised = (atMs: number, prompt: HostPrompt): PromptEvent => ({ kind: 'raised', atMs, prompt });
export const updated = (atMs: number, prompt: HostPrompt): PromptEvent => ({ kind: 'updated', atMs, prompt });
export const closed = (atMs: number, prompt: HostPrompt, outcome: PromptOutcome): PromptEvent =>
  ({ kind: 'closed', atMs, promptId: prompt.promptId, rule: prompt.rule, priority: prompt.priority, productId: prompt.productId, raisedMs: atMs, outcome }); // prettier-ignore
export const prompt = (event: PromptEvent): ShowLogEntry => entry(event.atMs, { kind: 'prompt', event });
