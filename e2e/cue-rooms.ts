import { AgentConfig } from '@livecue/shared/contract';
import { type LiveEvent, parseLiveEvent } from '@livecue/shared/event';
import type { PromptEvent, Stage } from '@livecue/shared/prompt';
import { MODELS, intentRulesFolder, openCommentPredictor } from '../edge-agent/src/assembly/comment-predictor.ts';
import { createCore } from '../edge-agent/src/assembly/core.ts';
import { createProductLinker } from '../edge-agent/src/inference/product-linker.ts';
import { openRulePredictor } from '../edge-agent/src/inference/rule-predictor.ts';
import { type InjectionPlan, type Profile, PROFILES } from '../edge-agent/src/ingest/simulator/profiles.ts';
import { createRandom } from '../edge-agent/src/ingest/simulator/random.ts';
import { createSimulatedRoom } from '../edge-agent/src/ingest/simulator/room.ts';
import { createCanonicalDecoder } from '../edge-agent/src/ingest/canonical/decoder.ts';
import { readEventFile } from '../edge-agent/src/ingest/replay-source.ts';
import type { RoomView } from '../edge-agent/src/ports.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);
const STEP_MS = 200;

/** Everything at once, shuffled by the seed: more cards are wanted than a host may see. */
function plans(seed: number, minutes: number): InjectionPlan[] {
  const random = createRandom(seed).fork('cues');
  const list: InjectionPlan[] = [];
  const anywhere = () => random.between(45_000, minutes * 60_000 - 45_000);
  for (let i = 0; i < minutes; i++) {
    list.push({ kind: 'question-burst', atMs: anywhere(), link: null, intent: null, viewers: 24, burstMs: 6000, tailViewers: 8, tailMs: 20_000 }); // prettier-ignore
    list.push({ kind: 'stock-out', atMs: anywhere(), link: null, durationMs: random.between(60_000, 180_000) });
  }
  for (let i = 0; i < 3; i++) {
    list.push({ kind: 'interest-surge', atMs: anywhere(), link: null, durationMs: 60_000, share: 0.6 });
    list.push({ kind: 'order-ring', atMs: anywhere(), link: null, durationMs: 60_000, buyers: 3, orders: 24 });
  }
  for (let i = 0; i < 4; i++) {
    list.push({
      kind: 'offer',
      atMs: anywhere(),
      link: null,
      durationMs: random.between(40_000, 150_000),
      discountRatio: 0.2,
      units: 10,
    });
    list.push({ kind: 'patron-question', atMs: anywhere(), link: null, orders: i % 3 });
  }
  list.push({ kind: 'bot-likes', atMs: anywhere(), durationMs: 30_000, accounts: 8 });
  list.push({ kind: 'viewer-drop', atMs: anywhere(), durationMs: 6_000, share: 0.4 });
  list.push({ kind: 'payment-outage', atMs: anywhere(), durationMs: 90_000 });
  list.push({ kind: 'feed-silence', atMs: anywhere(), durationMs: 30_000 });
  return list;
}

export interface Moment {
  readonly nowMs: number;
  readonly view: RoomView;
  readonly stage: Stage;
  /** Since the last moment. */
  readonly events: readonly LiveEvent[];
  readonly prompts: readonly PromptEvent[];
}

/** `crowded` (default) has every trouble at once; `ordinary` is the simulator's standard show. */
export interface CueRoom {
  readonly kind?: 'crowded' | 'ordinary';
  /** Event time between two looks at the room (default 200 ms). */
  readonly stepMs?: number;
}

/** A simulated room through admission, inference by rules, stream and advise. */
export async function playCues(
  seed: number,
  minutes: number,
  look: (moment: Moment) => void,
  { kind = 'crowded', stepMs = STEP_MS }: CueRoom = {},
): Promise<PromptEvent[]> {
  const crowded: Profile = { ...PROFILES.standard, joinsPerS: 12, cycle: null, injections: plans(seed, minutes) };
  const profile = kind === 'crowded' ? crowded : PROFILES.standard;
  const config = AgentConfig.parse({});
  const room = createSimulatedRoom({ seed, startMs: START_MS, durationMs: minutes * 60_000, profile, roomId: config.room.id }); // prettier-ignore
  const predictor = openRulePredictor(intentRulesFolder(MODELS), createProductLinker(room.catalogue));
  const steps = createSteps({ config, catalogue: room.catalogue, predictor }, look);
  for (let nowMs = START_MS + stepMs; !room.ended; nowMs += stepMs) {
    const events = room.next(nowMs).map(({ event }) => {
      const parsed = parseLiveEvent(event, nowMs);
      if (!parsed.ok) throw new Error(`the simulated room made an event that is not valid: ${parsed.detail}`);
      return parsed.event;
    });
    await steps.step(events, nowMs);
  }
  return steps.all;
}

/** A recording through the same, with the trained models; it names no products. Time is that of its events. */
export async function playRecorded(
  file: string,
  look: (moment: Moment) => void,
  stepMs: number,
): Promise<PromptEvent[]> {
  const config = AgentConfig.parse({});
  const catalogue = { version: 1 as const, products: [] };
  const predictor = await openCommentPredictor({ catalogue, deadlineMs: null, onProblem: null });
  const decode = createCanonicalDecoder({ maxClockSkewMs: Number.MAX_SAFE_INTEGER, maxFrameBytes: config.ingest.maxFrameBytes }); // prettier-ignore
  const steps = createSteps({ config, catalogue, predictor }, look);
  let nowMs: number | null = null;
  let waiting: LiveEvent[] = [];
  try {
    for await (const { frame } of readEventFile([file])) {
      for (const event of decode({ ...frame, ingestTimeMs: nowMs ?? 0 }).events) {
        nowMs ??= event.eventTimeMs;
        for (; event.eventTimeMs > nowMs + stepMs; waiting = []) await steps.step(waiting, (nowMs += stepMs));
        waiting.push(event);
      }
    }
    if (nowMs !== null) await steps.step(waiting, nowMs + stepMs);
    return steps.all;
  } finally {
    await predictor.close();
  }
}

/** Events of one step after the other, and a look at the room after each. */
function createSteps(
  input: Pick<Parameters<typeof createCore>[0], 'config' | 'catalogue' | 'predictor'>,
  look: (moment: Moment) => void,
) {
  const all: PromptEvent[] = [];
  let prompts: PromptEvent[] = [];
  const core = createCore(
    { ...input, orderModel: null },
    { onWindows: () => {}, onPrompts: (events) => prompts.push(...events) },
  );
  const step = async (events: readonly LiveEvent[], nowMs: number) => {
    prompts = [];
    await core.pipeline.process([{ events: [...events] }], nowMs);
    core.pipeline.tick(nowMs);
    look({ nowMs, view: core.stream.view(input.config.room.id), stage: core.advisor.stage(), events, prompts });
    all.push(...prompts);
  };
  return { step, all };
}
