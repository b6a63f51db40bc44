import type { ControlToken } from '@livecue/shared/contract';
import type { TokenBook } from './token-book.ts';

/** Whose press it is. */
export type Presser = Pick<ControlToken, 'tokenId' | 'name' | 'role'>;

export type Entry =
  | { readonly ok: true; readonly who: Presser }
  | { readonly ok: false; readonly code: 'no-token' | 'wrong-token' | 'expired' | 'locked' | 'too-fast'; readonly words: string; readonly retryAfterMs: number }; // prettier-ignore

export interface Gate {
  /** Counts as a call of the token. `peer`: the address that shows it. */
  enter(token: string, peer: string): Entry;
}

/** Calls of one token at once, and how many a second come back: far beyond fingers, and beyond a button that polls. */
const BURST = 30;
const PER_SECOND = 15;

/**
 * Lets in whoever has a token, and so many calls of it. Wrong tokens lock an address out as wrong pairing codes do,
 * but not those beside it that have a right one: a token cannot be guessed, and one button with an old token must not
 * silence the rest of the desk.
 */
export function createGate(ports: {
  readonly book: TokenBook;
  readonly tries: { waitMs(peer: string): number; wrong(peer: string): void };
  readonly nowMs: () => number;
}): Gate {
  const { book, tries, nowMs } = ports;
  const buckets = new Map<string, { left: number; atMs: number }>();

  const refused = (code: Exclude<Entry, { ok: true }>['code'], words: string, retryAfterMs = 0): Entry => ({ ok: false, code, words, retryAfterMs }); // prettier-ignore

  /** How long until the token has a call left, ms; 0: it had one and that is taken. */
  function take(tokenId: string): number {
    const bucket = buckets.get(tokenId) ?? { left: BURST, atMs: nowMs() };
    const passedMs = Math.max(0, nowMs() - bucket.atMs);
    const left = Math.min(BURST, bucket.left + (passedMs / 1000) * PER_SECOND);
    const isFree = left >= 1;
    buckets.set(tokenId, { left: isFree ? left - 1 : left, atMs: nowMs() });
    return isFree ? 0 : Math.ceil(((1 - left) / PER_SECOND) * 1000);
  }

  return {
    enter(token, peer) {
      if (token === '') return refused('no-token', 'No token was sent. Make one on the page Control of the panel.');
      const found = token.length <= 128 ? book.find(token) : null;
      if (found === 'expired') return refused('expired', 'This token has expired. Make a new one on the page Control of the panel.'); // prettier-ignore
      if (found === null) {
        const waitMs = tries.waitMs(peer);
        if (waitMs > 0) return refused('locked', `Too many wrong tokens from this address. Wait ${Math.ceil(waitMs / 1000)} s.`, waitMs); // prettier-ignore
        tries.wrong(peer);
        return refused('wrong-token', 'This token is wrong, or was removed. Make one on the page Control of the panel.'); // prettier-ignore
      }
      const waitMs = take(found.tokenId);
      if (waitMs > 0) return refused('too-fast', `At most ${PER_SECOND} calls a second. Wait ${waitMs} ms.`, waitMs);
      return { ok: true, who: found };
    },
  };
}
