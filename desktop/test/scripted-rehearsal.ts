/** A rehearsal beside the scripted room: one that runs, two that are over, and two recordings. */
import {
  PANEL_VERBS,
  type PanelResult,
  type PanelState,
  type PastRehearsal,
  type RehearsalNow,
} from '@livecue/shared/contract';
import type { PanelBackend } from '../../edge-agent/src/ports.ts';
import { PanelCallError } from '../../edge-agent/src/panel/panel-call-error.ts';

const CALLER = { device: '01234567', role: 'operator', name: '' } as const;
/** The evening that is played: not the one of the live room. */
const EVENING_MS = Date.UTC(2026, 4, 1, 12);

export const REHEARSAL: RehearsalNow = {
  rehearsalId: '20260612T093000Z-3f', kind: 'recording', phase: 'running', speed: 10, reached: 9.9, onHosts: false, liveMs: null,
  fromMs: EVENING_MS, toMs: EVENING_MS + 7_200_000, atMs: EVENING_MS + 1_504_000, cards: 9,
}; // prettier-ignore

const PAST: PastRehearsal[] = [
  {
    rehearsalId: '20260611T080000Z-a1', beganMs: Date.UTC(2026, 5, 11, 8), playedMs: 7_200_000, cards: 31, problem: null, report: true,
    start: { from: { kind: 'recording', name: '五一专场.jsonl.gz' }, speed: 50 },
    check: { events: 48_211, refused: { malformed: 2 }, lines: [{ line: 118, reason: 'malformed', detail: 'not JSON: expected a value' }, { line: 9_402, reason: 'malformed', detail: 'data.orderNumber: expected text' }] },
  },
  {
    rehearsalId: '20260610T080000Z-07', beganMs: Date.UTC(2026, 5, 10, 8), playedMs: 900_000, cards: 12, problem: null, report: true,
    start: { from: { kind: 'simulated', profile: 'busy', seed: 7, minutes: 15, ownProducts: true }, speed: 10 },
    check: { events: 0, refused: {}, lines: [] },
  },
  {
    rehearsalId: '20260609T080000Z-c4', beganMs: Date.UTC(2026, 5, 9, 8), playedMs: 0, cards: 0, problem: { kind: 'no-events', detail: '' }, report: false,
    start: { from: { kind: 'recording', name: 'notes.jsonl' }, speed: 1 },
    check: { events: 0, refused: { malformed: 12 }, lines: [{ line: 1, reason: 'malformed', detail: 'not JSON' }] },
  },
]; // prettier-ignore

export interface ScriptedRehearsals {
  facts: PanelResult<'rehearsal.read'>;
  /** The room that is rehearsed; null: it has not begun. */
  room: PanelBackend | null;
  mode: PanelState['mode'];
  /** Undefined: another verb. */
  call(verb: string, args: unknown): unknown;
}

export function createScriptedRehearsals(): ScriptedRehearsals {
  const sent = new Map<string, number>();
  const rehearsals: ScriptedRehearsals = {
    facts: {
      start: null, check: null, past: PAST, folder: '/home/studio/.livecue/recordings', products: 5,
      recordings: [{ name: '五一专场.jsonl.gz', bytes: 18_400_000, changedMs: Date.UTC(2026, 4, 2) }, { name: 'notes.jsonl', bytes: 512, changedMs: Date.UTC(2026, 3, 2) }],
    },
    room: null,
    mode: 'replay',
    call(verb, args) {
      switch (verb) {
        case 'rehearsal.read':
          return rehearsals.facts;
        case 'rehearsal.look':
          return { state: rehearsals.room === null ? null : { ...rehearsals.room.state(), mode: rehearsals.mode, roomName: '五一专场' } };
        case 'rehearsal.start':
          return { rehearsalId: REHEARSAL.rehearsalId };
        case 'rehearsal.control':
        case 'rehearsal.stop':
          return {};
        case 'rehearsal.upload': {
          const { uploadId, name, totalBytes, offset, chunk } = PANEL_VERBS[verb].args.parse(args);
          const receivedBytes = offset + Buffer.from(chunk, 'base64').length;
          sent.set(uploadId, receivedBytes);
          if (receivedBytes === totalBytes) rehearsals.facts = { ...rehearsals.facts, recordings: [{ name, bytes: totalBytes, changedMs: Date.now() }, ...rehearsals.facts.recordings] };
          return { receivedBytes };
        }
        case 'recording.remove': {
          const { name } = PANEL_VERBS[verb].args.parse(args);
          rehearsals.facts = { ...rehearsals.facts, recordings: rehearsals.facts.recordings.filter((one) => one.name !== name) };
          return { removed: true };
        }
        case 'rehearsal.remove': {
          const { rehearsalId } = PANEL_VERBS[verb].args.parse(args);
          rehearsals.facts = { ...rehearsals.facts, past: rehearsals.facts.past.filter((one) => one.rehearsalId !== rehearsalId) };
          return { removed: true };
        }
        case 'rehearsal.call': {
          const { verb: inner, args: own } = PANEL_VERBS[verb].args.parse(args);
          if (rehearsals.room === null) throw new PanelCallError('not-found', 'No rehearsal runs.');
          return rehearsals.room.call(inner, PANEL_VERBS[inner].args.parse(own), CALLER).then((result) => ({ result }));
        }
        default:
          return undefined;
      }
    },
  };
  return rehearsals;
} // prettier-ignore
