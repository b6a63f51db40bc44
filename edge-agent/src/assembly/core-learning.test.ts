import { expect, test } from 'vitest';
import { AgentConfig, type ShowNote } from '@livecue/shared/contract';
import { parseLiveEvent } from '@livecue/shared/event';
import type { PromptEvent } from '@livecue/shared/prompt';
import { createProductLinker } from '../inference/product-linker.ts';
import { openRulePredictor } from '../inference/rule-predictor.ts';
import { type InjectionPlan, PROFILES } from '../ingest/simulator/profiles.ts';
import { createSimulatedRoom } from '../ingest/simulator/room.ts';
import { intentRulesFolder, MODELS } from './comment-predictor.ts';
import { createCore } from './core.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);
const MINUTES = 9;
const STEP_MS = 500;
const config = AgentConfig.parse({ advise: { holdBackShare: 0.3, cardsPer10Min: 10, secondsBetweenCards: 0, policy: 'learned' } }); // prettier-ignore

function bursts(): InjectionPlan[] {
  return Array.from({ length: 11 }, (_, i) => ({ kind: 'question-burst', atMs: 30_000 + i * 45_000, link: null, intent: null, viewers: 24, burstMs: 6_000, tailViewers: 8, tailMs: 20_000 })); // prettier-ignore
}

/** A room whose core is thrown away and brought back from its deltas at the given steps. */
async function play(cuts: readonly number[]): Promise<{ prompts: PromptEvent[]; notes: ShowNote[] }> {
  const profile = { ...PROFILES.standard, cycle: null, injections: bursts() };
  const room = createSimulatedRoom({ seed: 4, startMs: START_MS, durationMs: MINUTES * 60_000, profile, roomId: config.room.id }); // prettier-ignore
  const predictor = openRulePredictor(intentRulesFolder(MODELS), createProductLinker(room.catalogue));
  const [prompts, notes]: [PromptEvent[], ShowNote[]] = [[], []];
  const open = () =>
    createCore(
      { config, catalogue: room.catalogue, predictor, orderModel: null, policy: 'learned' },
      { onWindows: () => {}, onPrompts: (events) => prompts.push(...events), onNote: (note) => notes.push(note) },
    );
  let core = open();
  const state = new Map<string, string>();
  const seen: ReturnType<typeof core.stream.takeSeen>[number][] = [];
  let step = 0;
  for (let nowMs = START_MS + STEP_MS; !room.ended; nowMs += STEP_MS, step++) {
    const events = room.next(nowMs).map(({ event }) => {
      const parsed = parseLiveEvent(event, nowMs);
      if (!parsed.ok) throw new Error(parsed.detail);
      return parsed.event;
    });
    await core.pipeline.process([{ events }], nowMs);
    core.pipeline.tick(nowMs);
    if (!cuts.includes(step)) continue;
    for (const { put, del } of [core.stream.takeDelta(), core.advisor.takeDelta()]) {
      for (const [key, value] of put) state.set(key, value);
      for (const key of del) state.delete(key);
    }
    seen.push(...core.stream.takeSeen());
    core = open();
    core.stream.restore([...state], seen);
    core.advisor.restore([...state]);
  }
  return { prompts, notes };
}

test('each card left to chance is one decision with the same chance and in time one reward, also over restarts', async () => {
  const { prompts, notes } = await play([]);
  const left = prompts.filter((event) => (event.kind === 'raised' || event.kind === 'held') && event.propensity !== undefined) as Extract<PromptEvent, { kind: 'held' }>[]; // prettier-ignore
  const decisions = notes.flatMap((note) => (note.kind === 'decision' ? [note.decision] : []));
  expect(decisions.map(({ decisionId, propensity, held }) => [decisionId, propensity, held])).toEqual(
    left.map(({ kind, prompt, propensity }) => [prompt.promptId, propensity, kind === 'held']),
  );
  expect(decisions.filter(({ by }) => by === 'policy').length).toBeGreaterThan(5);
  expect(decisions.filter(({ held }) => held).length).toBeGreaterThan(1);
  const rewarded = notes.flatMap((note) => (note.kind === 'reward' ? [note.decisionId] : []));
  const due = decisions.filter(({ decisionId, windowMs }) => Number(decisionId.slice(decisionId.lastIndexOf('@') + 1)) + windowMs < START_MS + MINUTES * 60_000 - 60_000); // prettier-ignore
  expect(new Set(rewarded).size).toBe(rewarded.length);
  expect(rewarded).toEqual(expect.arrayContaining(due.map(({ decisionId }) => decisionId)));
  expect(due.length).toBeGreaterThan(5);

  const again = await play([200, 333, 600, 601, 900]);
  expect(again.notes).toEqual(notes);
  expect(again.prompts).toEqual(prompts);
}, 60_000);
