import type { LiveEvent } from '@livecue/shared/event';

/** A room that says nothing for so long has ended its show. */
export const SILENCE_MS = 30 * 60_000;
/** Platforms send `room.started` again when they reconnect: within a show it counts only after such a silence. */
const RESTART_SILENCE_MS = 5 * 60_000;
/** An end that is taken back within this time is none. */
const ENDING_MS = 2 * 60_000;
/** What still comes in after the end (late orders, corrected minutes) belongs to the show for so long. */
const AFTER_MS = 10 * 60_000;

export interface Show {
  readonly showId: string;
  readonly startedMs: number;
  /** Event time of the newest event from the room. */
  lastEventMs: number;
  /** Processing time at which the room said that it ended; null when it did not, or began again. */
  endingMs: number | null;
  /** Event time at which the show was over; null while it runs. */
  endedMs: number | null;
}

export type EndReason = 'room-ended' | 'silence' | 'next-show' | 'end-of-recording';

/**
 * Whether an event begins a show: the first one of a live source, the first after 30 min of silence or 10 min
 * after an end, and `room.started` once the last show was over or silent for 5 min. What a shop tells does neither
 * begin a show nor keep one going: orders come at night too.
 */
export function beginsShow(show: Show | null, event: LiveEvent): boolean {
  if (!event.source.startsWith('live/') || event.type === 'live.room.ended') return false;
  if (show === null) return true;
  const silenceMs = event.eventTimeMs - show.lastEventMs;
  if (event.type === 'live.room.started') return show.endedMs !== null || silenceMs >= RESTART_SILENCE_MS;
  return silenceMs >= SILENCE_MS || (show.endedMs !== null && event.eventTimeMs >= show.endedMs + AFTER_MS);
}

/** Takes in an event that belongs to the show. */
export function noteEvent(show: Show, event: LiveEvent, nowMs: number): void {
  if (!event.source.startsWith('live/')) return;
  show.lastEventMs = Math.max(show.lastEventMs, event.eventTimeMs);
  if (event.type === 'live.room.ended') show.endingMs ??= nowMs;
  else if (event.type === 'live.room.started') show.endingMs = null;
}

/** Why a running show is over at `nowMs`, or null. */
export function endOf(show: Show, nowMs: number): EndReason | null {
  if (show.endedMs !== null) return null;
  if (show.endingMs !== null && nowMs >= show.endingMs + ENDING_MS) return 'room-ended';
  return nowMs >= show.lastEventMs + SILENCE_MS ? 'silence' : null;
}

/** Whether what happens at `nowMs` still belongs to the show. */
export function isOf(show: Show | null, nowMs: number): show is Show {
  return show !== null && (show.endedMs === null || nowMs < show.endedMs + AFTER_MS);
}

/** `20260501T120000Z-main`: the same for the same recording, and sorted as the shows were. */
export function showIdOf(startedMs: number, roomId: string): string {
  const time = new Date(startedMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const room = roomId.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '').slice(0, 64); // prettier-ignore
  return `${time}Z-${room === '' ? 'room' : room}`;
}
