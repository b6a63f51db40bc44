import type { ConnectorContext } from '../connector.ts';

export type TokenAnswer =
  | { readonly token: string; readonly lastsMs: number }
  | { readonly failed: string }
  | { readonly retry: string; readonly atLeastMs?: number | null };

export interface AccessToken {
  /** The one that is good now, asked for when there is none. */
  get(signal: AbortSignal): Promise<TokenAnswer>;
  /** This one was refused: the next `get` asks for another. */
  drop(token: string): void;
}

/** Renewed this long before it ends, so that no call meets an old one. */
const EARLY_MS = 300_000;

/**
 * An access token that `ask` fetches: one call, however many wait for it. `first`: one that somebody has already; how
 * long it lasts is not known, so it is used until it is refused.
 */
export function createAccessToken(
  { nowMs }: Pick<ConnectorContext, 'nowMs'>,
  ask: (signal: AbortSignal) => Promise<TokenAnswer>,
  first?: string,
): AccessToken {
  let held: { readonly token: string; readonly untilMs: number } | null =
    first === undefined ? null : { token: first, untilMs: Infinity };
  let asking: Promise<TokenAnswer> | null = null;

  async function renew(signal: AbortSignal): Promise<TokenAnswer> {
    const answer = await ask(signal);
    if ('token' in answer)
      held = { token: answer.token, untilMs: nowMs() + Math.max(60_000, answer.lastsMs - EARLY_MS) };
    return answer;
  }

  return {
    async get(signal) {
      if (held !== null && held.untilMs > nowMs()) return { token: held.token, lastsMs: held.untilMs - nowMs() };
      asking ??= renew(signal).finally(() => (asking = null));
      return asking;
    },
    drop(token) {
      if (held?.token === token) held = null;
    },
  };
}
