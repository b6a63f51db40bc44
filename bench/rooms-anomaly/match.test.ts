import { expect, test } from 'vitest';
import type { AnomalySeries, RoomAnomaly, RoomAnomalyKind } from '@livecue/shared/insight';
import type { TruthItem } from '../../edge-agent/src/ingest/simulator/truth.ts';
import { addMatches, matchRoom } from './match.ts';

const told = (kind: RoomAnomalyKind, series: AnomalySeries, startMs: number, toldMs: number): RoomAnomaly => ({
  kind, roomId: 'r', startMs, toldMs, endMs: null, score: 0.9, reasons: [{ series, value: 1, usual: 0 }],
}); // prettier-ignore
const truth = (kind: 'bot-likes' | 'viewer-drop', startMs: number, endMs: number): TruthItem =>
  ({ kind, productId: null, startMs, endMs, details: {} }) as unknown as TruthItem;

const room = {
  truth: [truth('bot-likes', 10_000, 30_000), truth('bot-likes', 90_000, 99_000), truth('viewer-drop', 50_000, 60_000)],
  told: [
    told('bot-burst', 'likes', 10_000, 15_000),
    told('bot-burst', 'comments-per-commenter-15s', 12_000, 17_000),
    told('viewer-drop', 'viewers', 70_000, 80_000),
    told('viewer-drop', 'viewers', 76_000, 90_000),
  ],
  hours: 1,
};

test('a trouble is found by its own kind and series, while it lasts or shortly after', () => {
  const { byTrouble, wrong } = matchRoom(room);
  expect(byTrouble['bot-likes']).toEqual({ there: 2, found: 1, delaysMs: [5_000] });
  expect(byTrouble['viewer-drop']).toEqual({ there: 1, found: 1, delaysMs: [30_000] });
  expect(byTrouble['bot-comments']).toEqual({ there: 0, found: 0, delaysMs: [] });
  expect(wrong.map(({ toldMs }) => toldMs)).toEqual([17_000, 90_000]);
});

test('rooms add up', () => {
  const both = addMatches([matchRoom(room), matchRoom(room)]);
  expect(both.byTrouble['bot-likes']).toEqual({ there: 4, found: 2, delaysMs: [5_000, 5_000] });
  expect([both.told, both.wrong.length]).toEqual([8, 4]);
});
