/** A room without sockets or disks behind the desk of this folder, for its tests. */
import type { PanelMessage, PanelVerb } from '@livecue/shared/contract';
import type { HostPrompt, Stage } from '@livecue/shared/prompt';
import { createControlDesk } from './control-desk.ts';
import type { ControlFacts } from './control-state.ts';
import { createGate, type Presser } from './gate.ts';
import { openTokenBook, type TokenFile } from './token-book.ts';

export const START_MS = 1_780_000_000_000;

export function card(promptId: string, more: Partial<HostPrompt> = {}): HostPrompt {
  const evidence = { window: { openMs: 0, closeMs: 1 }, counts: {}, threshold: {}, modelVersion: 'm', eventIds: [] };
  return {
    promptId, key: promptId, rule: 'counted-questions', priority: 'act-now', roomId: 'main', productId: 'p3', linkNumber: 3,
    headline: { zh: '12 人问尺码', en: '12 ask the size' }, reason: { zh: '60 秒内', en: 'within 60 s' }, fact: null,
    raisedMs: START_MS, updatedMs: START_MS, expiresMs: START_MS + 45_000, evidence, ...more,
  };
} // prettier-ignore

export const CATALOGUE = {
  products: [
    { productId: 'p5', linkNumber: 5, name: { zh: '蓝色水杯', en: 'Blue cup' } },
    { productId: 'p3', linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' } },
    { productId: 'x', linkNumber: null, name: { zh: '赠品', en: 'Gift' } },
    { productId: 'p8', linkNumber: 8, name: { zh: '藤编篮子', en: 'Basket' } },
  ],
  presets: [
    { id: 'slower', zh: '语速慢一点', en: 'Slow down a little' },
    { id: 'next', zh: '换下一个品', en: 'Next product' },
  ],
};

/** Only what a host's device may; the answerer of the panel decides in the agent. */
const HOST_MAY = new Set(['prompt.done', 'prompt.snooze', 'prompt.mute']);

export function fakeRoom() {
  const calls: { by: string; verb: PanelVerb; args: unknown }[] = [];
  const room = {
    nowMs: START_MS,
    calls,
    stage: { active: null, next: [], queued: [] } as Stage,
    facts: { mode: 'live', feed: 'ok', explaining: null } as Pick<ControlFacts, 'mode' | 'feed' | 'explaining'>,
    /** Passes time in beats, as the agent does. */
    wait(ms: number) {
      for (const end = room.nowMs + ms; room.nowMs < end;) {
        room.nowMs = Math.min(end, room.nowMs + 100);
        desk.state();
      }
    },
    async call({ name, role }: Presser, verb: PanelVerb, args: unknown): Promise<PanelMessage> {
      if (role === 'host' && !HOST_MAY.has(verb)) return { type: 'error', id: 0, code: 'forbidden', message: 'no' };
      calls.push({ by: name, verb, args });
      if (verb === 'cues.control') {
        const { hold, off } = args as { hold?: boolean; off?: boolean };
        room.stage = { ...room.stage, ...(hold === undefined ? {} : { hold }), ...(off === true ? { quiet: 'switched-off' as const } : {}) }; // prettier-ignore
      }
      const { promptId } = args as { promptId?: string };
      const closed = promptId !== undefined && room.stage.active?.promptId === promptId;
      if (closed) room.stage = { ...room.stage, active: room.stage.next[0] ?? null, next: room.stage.next.slice(1) };
      return { type: 'result', id: 0, result: verb === 'message.clear' ? { cleared: 1 } : { closed } };
    },
  };
  const desk = createControlDesk({
    facts: () => ({ ...room.facts, stage: room.stage, nowMs: room.nowMs }),
    catalogue: CATALOGUE,
    call: (who, verb, args) => room.call(who, verb, args),
    nowMs: () => room.nowMs,
  });
  return Object.assign(room, { desk });
}

export const OPERATOR: Presser = { tokenId: '00000001', name: 'Stream Deck', role: 'operator' };
export const HOST: Presser = { tokenId: '00000002', name: 'Pedal', role: 'host' };

export function memoryFile(value: unknown = null): TokenFile & { value: unknown; kept: unknown } {
  const file = {
    value,
    kept: undefined as unknown,
    read: async () => file.value,
    write: async (next: unknown) => void (file.value = JSON.parse(JSON.stringify(next))),
    setAside: () => {
      file.kept = file.value;
      file.value = null;
      return 'elsewhere';
    },
  };
  return file;
}

export async function fakeGate(nowMs: () => number, file = memoryFile()) {
  const words: string[] = [];
  const note = (text: string) => void words.push(text);
  const logger = { debug: note, info: note, warn: note, error: note };
  let seed = 1;
  const randomBytes = (length: number) => Uint8Array.from({ length }, () => (seed = (seed * 48_271) % 2_147_483_647) % 256); // prettier-ignore
  const book = await openTokenBook({ file, nowMs, randomBytes, logger });
  const wrong = new Map<string, number>();
  const tries = {
    waitMs: (peer: string) => ((wrong.get(peer) ?? 0) >= 5 ? 60_000 : 0),
    wrong: (peer: string) => void wrong.set(peer, (wrong.get(peer) ?? 0) + 1),
  };
  return { book, gate: createGate({ book, tries, nowMs }), file, words, logger };
}
