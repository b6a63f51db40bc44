/** A child of the bench: plays one room after the other, and recorded rooms, and counts what the governor did. */
import type { Intent, WindowCounts } from '@livecue/shared/insight';
import type { HostPrompt, PromptEvent, RuleName } from '@livecue/shared/prompt';
import { cueFigures, type CueFigures } from '../../e2e/cue-oracle.ts';
import { type Moment, playCues, playRecorded } from '../../e2e/cue-rooms.ts';
import { serveJobs } from '../process-pool.ts';

export type CueJob =
  | { readonly kind: 'crowded' | 'ordinary'; readonly seed: number; readonly minutes: number; readonly stepMs: number }
  | { readonly kind: 'recorded'; readonly file: string; readonly stepMs: number };

export interface CueAnswer {
  readonly figures: CueFigures;
  /** Cards that went to the operator's queue instead, and those that chance held back. */
  readonly queued: number;
  readonly held: number;
  /** Moments at which a card on the screen or in the queue named a product that the shop had told to be sold out. */
  readonly soldOutNamed: number;
  readonly soldOut: number;
  /** Longest that a card stood after its condition had ended (off-delay taken off), event time. */
  readonly slowestMs: number;
}

const OFF_DELAY_MS = 10_000;
const SAID: Partial<Record<RuleName, number>> = { 'counted-questions': 5, 'complaint-cluster': 3, 'praise-burst': 8 };
const TOLD: ReadonlySet<string> = new Set<RuleName>(['bot-burst', 'viewer-drop', 'payment-outage']);

/** Has what the card says ended? Judged by the open windows, not by the governor's books. */
function hasEnded({ view }: Moment, { rule, key, productId }: HostPrompt): boolean {
  if (view.feed.state !== 'ok' && rule !== 'feed-stale') return true;
  if (TOLD.has(rule)) return !view.anomalies.some(({ kind, endMs }) => kind === rule && endMs === null);
  const least = SAID[rule];
  if (least === undefined) return false;
  const of = ({ intents }: WindowCounts) => intents[key.split('/')[1] as Intent]?.viewers ?? 0;
  const named = productId === null ? 0 : of(view.counts(productId, 60_000).counts);
  return named + of(view.unattributed(60_000).counts) < least;
}

/** Stock as the shop told it last, and cards that outlive their cause. */
function createWatch() {
  const levels = new Map<string, { level: number; ms: number }>();
  const endedSince = new Map<string, number>();
  let [soldOutNamed, slowestMs] = [0, 0];
  const look = (moment: Moment): void => {
    for (const { type, data, eventTimeMs } of moment.events) {
      if (type !== 'shop.stock.updated') continue;
      const id = data.productID ?? data.sku ?? '';
      if (eventTimeMs >= (levels.get(id)?.ms ?? 0)) levels.set(id, { level: data.inventoryLevel, ms: eventTimeMs });
    }
    const { active, next, queued } = moment.stage;
    const shown = active === null ? next : [active, ...next];
    if ([...shown, ...queued].some(({ productId }) => (levels.get(productId ?? '')?.level ?? 1) <= 0)) soldOutNamed++;
    for (const prompt of shown) {
      if (!hasEnded(moment, prompt)) endedSince.delete(prompt.promptId);
      else if (!endedSince.has(prompt.promptId)) endedSince.set(prompt.promptId, moment.nowMs);
      const sinceMs = endedSince.get(prompt.promptId);
      const delayMs = SAID[prompt.rule] === undefined || moment.view.feed.state !== 'ok' ? 0 : OFF_DELAY_MS;
      if (sinceMs !== undefined) slowestMs = Math.max(slowestMs, moment.nowMs - sinceMs - delayMs);
    }
  };
  return { look, answer: () => ({ soldOutNamed, slowestMs, soldOut: [...levels.values()].filter(({ level }) => level <= 0).length }) }; // prettier-ignore
}

function countsOf(prompts: readonly PromptEvent[]) {
  const queued = prompts.filter((event) => event.kind === 'suppressed' && event.reason !== 'sold-out').length;
  return { figures: cueFigures(prompts), queued, held: prompts.filter(({ kind }) => kind === 'held').length };
}

async function play(job: CueJob): Promise<CueAnswer> {
  const watch = createWatch();
  const prompts =
    job.kind === 'recorded'
      ? await playRecorded(job.file, watch.look, job.stepMs)
      : await playCues(job.seed, job.minutes, watch.look, job);
  return { ...countsOf(prompts), ...watch.answer() };
}

serveJobs(play, async () => {});
