import type { Product } from '@livecue/shared/contract';
import type { Intent } from '@livecue/shared/insight';
import type { HostPrompt } from '@livecue/shared/prompt';
import type { RoomView } from '../core-ports.ts';

/** What viewers say is counted over this time; rules share it, so that a view is summed once. */
export const SAID_MS = 60_000;
export const SAID_SECONDS = SAID_MS / 1000;

/** Below this share of the threshold it has died down. */
const EXIT_SHARE = 0.6;

/** Viewers from which what came up at `enter` of them stays. */
export function exitOf(enter: number): number {
  return Math.max(1, Math.ceil(enter * EXIT_SHARE));
}

/** Distinct viewers by what they wanted, in one window. */
export interface ViewerWindow {
  readonly openMs: number;
  readonly closeMs: number;
  readonly viewers: (intent: Intent) => number;
}

/** Null: comments that name no product. */
export function viewersOf(view: RoomView, product: Product | null, lengthMs = SAID_MS): ViewerWindow {
  const { openMs, closeMs, counts } = saidIn(view, product, lengthMs);
  return { openMs, closeMs, viewers: (intent) => counts.intents[intent]?.viewers ?? 0 };
}

/** The same for one intent, without a window: rules ask it of every product. */
export function viewersWho(view: RoomView, product: Product, intent: Intent): number {
  return saidIn(view, product, SAID_MS).counts.intents[intent]?.viewers ?? 0;
}

function saidIn(view: RoomView, product: Product | null, lengthMs: number): ReturnType<RoomView['counts']> {
  return product === null ? view.unattributed(lengthMs) : view.counts(product.productId, lengthMs);
}

/** Comments without a name since a product is explained, for which they are taken; null in its first slice. */
export function unnamedSinceExplained(view: RoomView): ViewerWindow | null {
  if (view.explaining === null) return null;
  const explainedMs = Math.min(SAID_MS, view.nowMs - view.explaining.sinceMs);
  const lengthMs = Math.floor(explainedMs / view.sliceMs) * view.sliceMs;
  return lengthMs <= 0 ? null : viewersOf(view, null, lengthMs);
}

/** Comments without a name were taken for the product then explained; with another one they say nothing. */
export function lostItsProduct(prompt: HostPrompt, view: RoomView): boolean {
  const rests = (prompt.evidence.counts['unnamed'] ?? 0) > 0;
  return rests && prompt.productId !== null && view.explaining?.productId !== prompt.productId;
}

export function withExplained(active: readonly Product[], explained: Product | null): readonly Product[] {
  return explained === null || active.includes(explained) ? active : [...active, explained];
}

/** The newest comments of that intent on the product, else in the room. */
export function recentSaid(view: RoomView, product: Product | null, intent: Intent): string[] {
  const ids = view.recentIds(product?.productId ?? null, intent);
  return [...(ids.length > 0 || product === null ? ids : view.recentIds(null, intent))].slice(-5);
}
