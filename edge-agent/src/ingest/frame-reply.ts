import type { Drop } from '@livecue/shared/event';
import type { DecodedFrame } from '../ports.ts';

/** Refused lines that a reply names one by one; the total is always told. */
const MAX_NAMED = 100;

/** What a sender is told of its frame. */
export interface FrameReply {
  readonly accepted: number;
  readonly rejected: readonly (Drop & { readonly line: number })[];
  /** All refused lines, the ones not named included. */
  readonly rejectedTotal: number;
}

export function frameReply({ events, rejects }: DecodedFrame): FrameReply {
  return { accepted: events.length, rejected: rejects.slice(0, MAX_NAMED), rejectedTotal: rejects.length };
}
