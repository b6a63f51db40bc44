/**
 * The path of one comment, stops 3 to 6: admission → inference → stream → advise. Knows no adapter, no
 * clock and no disk: it is fed frames and ticks, and hands out windows and prompt events. The live agent
 * and a replay drive the same code.
 */
import type { DropReason, LiveEvent, LiveEventOf } from '@livecue/shared/event';
import type { Prediction, WindowResult } from '@livecue/shared/insight';
import type { PromptEvent, Stage } from '@livecue/shared/prompt';
import type { DecodedFrame, Predictor, RoomView, StateDelta, Step } from './ports.ts';

/** The part of the stream layer that the path uses; `stream/stream.ts` has it. */
export interface PipelineStream {
  admit(event: LiveEvent, nowMs: number): { readonly reason: DropReason } | null;
  add(event: LiveEvent, prediction: Prediction | null): void;
  tick(nowMs: number): WindowResult[];
  close(): WindowResult[];
  view(roomId: string): RoomView;
  takeDelta(): StateDelta;
  takeSeen(): Step['seenIds'];
  restore(state: readonly (readonly [string, string])[], seenIds: Step['seenIds']): void;
}

/** The part of the advise layer that the path uses; `advise/advisor.ts` has it. */
export interface PipelineAdvisor {
  evaluate(view: RoomView): PromptEvent[];
  act(promptId: string, verb: 'done' | 'snooze' | 'mute' | 'veto', nowMs: number): PromptEvent[];
  control(control: { readonly hold?: boolean; readonly off?: boolean }): void;
  stage(): Stage;
  takeDelta(): StateDelta;
  restore(state: readonly (readonly [string, string])[]): void;
}

/** The answers of the advise layer; `advise/answers/answer-desk.ts` has them. */
export interface PipelineAnswers {
  comment(event: LiveEventOf<'live.comment.created'>, prediction: Prediction | null, view: () => RoomView): void;
  removed(event: LiveEventOf<'live.comment.deleted'>): void;
}

export interface PipelinePorts {
  readonly stream: PipelineStream;
  readonly advisor: PipelineAdvisor;
  readonly predictor: Predictor;
  /** Absent: questions are counted and not answered. */
  readonly answers?: PipelineAnswers;
  readonly roomId: string;
  /** Called with what a tick closed; empty lists are not handed out. */
  readonly onWindows: (results: readonly WindowResult[]) => void;
  readonly onPrompts: (events: readonly PromptEvent[]) => void;
  /** Every event that got in, with its prediction, before windows close on it. */
  readonly onEvent?: (event: LiveEvent, prediction: Prediction | null) => void;
  /** In each tick, after windows have closed and before the rules are asked. */
  readonly onTick?: (nowMs: number) => void;
}

export interface PipelineCounts {
  events: number;
  admitted: number;
  comments: number;
  /** Comments that inference had no answer for. */
  unpredicted: number;
  readonly drops: Partial<Record<DropReason, number>>;
}

export interface Pipeline {
  /** Admits, predicts and counts the events of whole frames, in order. */
  process(frames: readonly Pick<DecodedFrame, 'events'>[], nowMs: number): Promise<void>;
  /** Lets time pass: closes windows, then asks the rules. Also called in a silent room. */
  tick(nowMs: number): void;
  /** End of a recording: closes what is open. */
  finish(): void;
  act(promptId: string, verb: 'done' | 'snooze' | 'mute' | 'veto', nowMs: number): boolean;
  readonly counts: PipelineCounts;
}

export function createPipeline(ports: PipelinePorts): Pipeline {
  const counts: PipelineCounts = { events: 0, admitted: 0, comments: 0, unpredicted: 0, drops: {} };

  const admit = (frames: readonly Pick<DecodedFrame, 'events'>[], nowMs: number) => {
    const admitted: LiveEvent[] = [];
    const comments: LiveEventOf<'live.comment.created'>[] = [];
    for (const frame of frames) {
      for (const event of frame.events) {
        counts.events++;
        const drop = ports.stream.admit(event, nowMs);
        if (drop !== null) {
          counts.drops[drop.reason] = (counts.drops[drop.reason] ?? 0) + 1;
          continue;
        }
        admitted.push(event);
        if (event.type === 'live.comment.created') comments.push(event);
      }
    }
    counts.admitted += admitted.length;
    counts.comments += comments.length;
    return { admitted, comments };
  };

  /** Called in the order of events: what is on air then is what a comment points at. A view costs more than a comment. */
  let explaining: string | null | undefined;
  const onAir = () => (explaining === undefined ? (explaining = ports.stream.view(ports.roomId).explaining?.productId ?? null) : explaining); // prettier-ignore
  const resolved = (text: string, prediction: Prediction | null): Prediction | null =>
    prediction === null ? null : (ports.predictor.resolve?.(text, prediction, onAir) ?? prediction);

  const viewNow = () => ports.stream.view(ports.roomId);

  return {
    counts,
    async process(frames, nowMs) {
      const { admitted, comments } = admit(frames, nowMs);
      const answer = comments.length === 0 ? [] : ports.predictor.predict(comments.map((event) => event.data.text));
      // A rule answers at once; only a model session is worth a turn of the event loop.
      const predictions = answer instanceof Promise ? await answer : answer;
      let next = 0;
      explaining = undefined;
      for (const event of admitted) {
        const prediction =
          event.type === 'live.comment.created' ? resolved(event.data.text, predictions[next++] ?? null) : null;
        if (event.type === 'live.comment.created' && prediction === null) counts.unpredicted++;
        ports.stream.add(event, prediction);
        if (event.type === 'live.product.pinned' || event.type === 'live.product.unpinned') explaining = undefined;
        if (event.type === 'live.comment.created') ports.answers?.comment(event, prediction, viewNow);
        else if (event.type === 'live.comment.deleted') ports.answers?.removed(event);
        ports.onEvent?.(event, prediction);
      }
    },
    tick(nowMs) {
      const results = ports.stream.tick(nowMs);
      if (results.length > 0) ports.onWindows(results);
      ports.onTick?.(nowMs);
      const prompts = ports.advisor.evaluate(ports.stream.view(ports.roomId));
      if (prompts.length > 0) ports.onPrompts(prompts);
    },
    finish() {
      const results = ports.stream.close();
      if (results.length > 0) ports.onWindows(results);
    },
    act(promptId, verb, nowMs) {
      const events = ports.advisor.act(promptId, verb, nowMs);
      if (events.length > 0) ports.onPrompts(events);
      return events.length > 0;
    },
  };
}
