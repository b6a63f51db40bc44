import type { AgentConfig } from '@livecue/shared/contract';

/** HP8's five minutes: within them a key has one draw, so that coming back is no second chance. */
const SLOT_MS = 300_000;

/**
 * Chance that a replay repeats: a number in [0, 1) from the seed, the room, the key and the time slot. Event time
 * is absolute, so two shows share no slot. FNV-1a, then the finaliser of MurmurHash3, which spreads its last bits.
 */
export function drawOf(seed: number, purpose: 'hold-back' | 'policy', roomId: string, key: string, nowMs: number): number {
  const text = `${seed}/${purpose}/${roomId}/${key}/${Math.floor(nowMs / SLOT_MS)}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
} // prettier-ignore

/** Whether the card of that key, which could come now, is held back to see what happens without it. */
export function isHeldBack(config: AgentConfig['advise'], roomId: string, key: string, nowMs: number): boolean {
  return drawOf(config.holdBackSeed, 'hold-back', roomId, key, nowMs) < config.holdBackShare;
}
