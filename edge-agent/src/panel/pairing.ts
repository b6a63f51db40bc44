import { createHash, timingSafeEqual } from 'node:crypto';
import type { PanelRole } from '@livecue/shared/contract';
import type { PanelCaller, TokenStore } from '../ports.ts';

/** Digits alone: read aloud the same in every language, and typed on a phone's number pad. */
export const CODE_DIGITS = 8;
export const CODE_LIFE_MS = 10 * 60_000;
/** Wrong tries of one address within a minute before it has to wait. */
export const PEER_TRIES = 5;
/** The same over all addresses: 500 guesses in a code's life, out of 10^8. */
export const ALL_TRIES = 50;
const TRY_WINDOW_MS = 60_000;
const MAX_CODES = 8;
const MAX_PEERS = 1000;
/** When a device was last seen is kept to the hour: the file is written whole. */
export const SEEN_MS = 3_600_000;
/** A device that was not here for half a year pairs again: nobody may know any more who has it. */
export const UNSEEN_MS = 180 * 86_400_000;

export type Redeemed =
  | { readonly ok: true; readonly token: string; readonly caller: PanelCaller }
  | { readonly ok: false; readonly reason: 'wrong-code' }
  | { readonly ok: false; readonly reason: 'locked'; readonly retryAfterMs: number };

export interface Pairing {
  /** A new code; it works once, within 10 min. The oldest goes when there are more than 8. */
  create(role: PanelRole, name: string): { readonly code: string; readonly expiresMs: number };
  /**
   * Takes a code for a token. Spaces and dashes in it do not matter. The device is called what the code says, else
   * `browser`. Rejects when the store does.
   */
  redeem(code: string, peer: string, browser: string): Promise<Redeemed>;
  /** Whose token this is, if it was handed out earlier, is still in the store, and was used within `UNSEEN_MS`; null for any other. */
  callerOf(token: string): PanelCaller | null;
  /** The device with this token is here. Rejects when the store does. */
  seen(token: string): Promise<void>;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** What the store keeps of a token. */
export function tokenHash(token: string): string {
  return sha256(token).toString('hex');
}

/** What a device is called in lists and in the log. */
export const deviceOf = (hash: string) => hash.slice(0, 8);

/** Eight digits, each equally likely: bytes from 250 up are thrown away. */
function digits(randomBytes: (length: number) => Uint8Array): string {
  let code = '';
  while (code.length < CODE_DIGITS) {
    for (const byte of randomBytes(16)) if (byte < 250 && code.length < CODE_DIGITS) code += String(byte % 10);
  }
  return code;
}

/** Wrong tries by address, at most `MAX_PEERS` of them, forgotten after a minute. */
export function createTries(nowMs: () => number) {
  const byPeer = new Map<string, number[]>();
  let all: number[] = [];
  const recent = (times: readonly number[]) => times.filter((t) => t > nowMs() - TRY_WINDOW_MS);
  return {
    waitMs(peer: string): number {
      all = recent(all);
      const own = recent(byPeer.get(peer) ?? []);
      if (own.length === 0) byPeer.delete(peer);
      const waits = [
        own.length >= PEER_TRIES ? own[own.length - PEER_TRIES] : undefined,
        all.length >= ALL_TRIES ? all[all.length - ALL_TRIES] : undefined,
      ];
      return Math.max(0, ...waits.map((t) => (t === undefined ? 0 : t + TRY_WINDOW_MS - nowMs())));
    },
    wrong(peer: string): void {
      all = [...recent(all), nowMs()];
      const own = [...recent(byPeer.get(peer) ?? []), nowMs()];
      byPeer.delete(peer);
      byPeer.set(peer, own);
      // The oldest entries go first; the bound over all addresses still holds for whoever was forgotten.
      for (const oldest of byPeer.keys()) {
        if (byPeer.size <= MAX_PEERS) break;
        byPeer.delete(oldest);
      }
    },
  };
}

interface Code {
  readonly hash: Buffer;
  readonly expiresMs: number;
  readonly role: PanelRole;
  readonly name: string;
}

export function createPairing(ports: {
  readonly nowMs: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly tokens: TokenStore;
}): Pairing {
  const { nowMs, randomBytes, tokens } = ports;
  const tries = createTries(nowMs);
  let codes: readonly Code[] = [];

  /** Compares with every code, whichever fits, so that the time tells nothing; then removes it. Null: none fits. */
  function take(code: string): Code | null {
    const offered = sha256(code.replace(/[\s-]/g, ''));
    codes = codes.filter((c) => c.expiresMs > nowMs());
    const fits = codes.map((c) => timingSafeEqual(c.hash, offered));
    const taken = codes[fits.indexOf(true)] ?? null;
    codes = codes.filter((_, i) => fits[i] !== true);
    return taken;
  }

  const hashOf = (token: string) => (token.length <= 128 ? tokenHash(token) : null);

  return {
    create(role, name) {
      const code = digits(randomBytes);
      const expiresMs = nowMs() + CODE_LIFE_MS;
      codes = [...codes.filter((c) => c.expiresMs > nowMs()), { hash: sha256(code), expiresMs, role, name }].slice(
        -MAX_CODES,
      );
      return { code, expiresMs };
    },
    async redeem(code, peer, browser) {
      const retryAfterMs = tries.waitMs(peer);
      if (retryAfterMs > 0) return { ok: false, reason: 'locked', retryAfterMs };
      const taken = take(code);
      if (taken === null) {
        tries.wrong(peer);
        return { ok: false, reason: 'wrong-code' };
      }
      const token = Buffer.from(randomBytes(32)).toString('base64url');
      const hash = tokenHash(token);
      const device = { role: taken.role, name: taken.name === '' ? browser : taken.name };
      await tokens.put(hash, { ...device, sinceMs: nowMs(), seenMs: nowMs() });
      return { ok: true, token, caller: { ...device, device: deviceOf(hash) } };
    },
    callerOf(token) {
      const hash = hashOf(token);
      const stored = hash === null ? null : tokens.get(hash);
      // Files of older versions do not know when: from the first time that it is seen.
      const isOld = nowMs() - (stored?.seenMs ?? nowMs()) > UNSEEN_MS;
      return hash === null || stored === null || isOld
        ? null
        : { device: deviceOf(hash), role: stored.role, name: stored.name };
    },
    async seen(token) {
      const hash = hashOf(token);
      const stored = hash === null ? null : tokens.get(hash);
      if (hash === null || stored === null || nowMs() - (stored.seenMs ?? 0) < SEEN_MS) return;
      await tokens.put(hash, { ...stored, seenMs: nowMs() });
    },
  };
}
