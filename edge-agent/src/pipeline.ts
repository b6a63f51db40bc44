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
  /** With `named`, of those products and of what was held before; without, of all. */
  evaluate(view: RoomView, named?: ReadonlySet<string>): PromptEvent[];
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

type Frames = readonly Pick<DecodedFrame, 'events'>[];
type Predictions = readonly (Prediction | null)[];

/** Frames whose comments are being read, or have been. */
export interface ReadFrames {
  readonly frames: Frames;
  /** Of all comments of the frames, in order; also of those that will not be admitted. */
  readonly predictions: Predictions | Promise<Predictions>;
}

export interface Pipeline {
  /** Begins to read the comments of whole frames: the next ones can be read while these are waited for. */
  read(frames: Frames): ReadFrames;
  /** Admits and counts the events of frames that were read, in order. */
  count(frames: Frames, predictions: Predictions, nowMs: number): void;
  /** `read`, then `count`. */
  process(frames: Frames, nowMs: number): Promise<void>;
  /**
   * Lets time pass: closes windows, then asks the rules of everything. Also called in a silent room. With `portion`
   * of so many products at most: each time of the next ones, and always of those that a comment named or a rule held.
   */
  tick(nowMs: number, portion?: number): void;
  /** Asks the rules of what comments, orders, stock, offers and pins concerned since they were asked last; nothing when none came. */
  decide(): void;
  /** Something came that waits for a look or a tick. */
  readonly stirred: boolean;
  /** Asks the rules also of what views, carts, likes and the rest concerned since the last look. */
  look(): void;
  /** End of a recording: closes what is open. */
  finish(): void;
  act(promptId: string, verb: 'done' | 'snooze' | 'mute' | 'veto', nowMs: number): boolean;
  readonly counts: PipelineCounts;
}

export function createPipeline(ports: PipelinePorts): Pipeline {
  const counts: PipelineCounts = { events: 0, admitted: 0, comments: 0, unpredicted: 0, drops: {} };
  const { stream, predictor, answers, onEvent } = ports;

  /** Called in the order of events: what is on air then is what a comment points at. A view costs more than a comment. */
  let explaining: string | null | undefined;
  const onAir = () => (explaining === undefined ? (explaining = stream.view(ports.roomId).explaining?.productId ?? null) : explaining); // prettier-ignore
  const viewNow = () => stream.view(ports.roomId);
  /** Products that comments, orders, stock, offers and pins concerned since the rules were asked. */
  let named = new Set<string>();
  let due = false;
  /** Since the last look, events of which single ones change little, and the products they concerned. */
  let stirred = false;
  let touched = new Set<string>();

  /** All before any is counted: what a comment points at may depend on how late the whole batch is. */
  const admit = (frames: Frames, predictions: Predictions, nowMs: number) => {
    const admitted: LiveEvent[] = [];
    const read: (Prediction | null)[] = [];
    let next = 0;
    for (const { events } of frames) {
      counts.events += events.length;
      for (const event of events) {
        const prediction = event.type === 'live.comment.created' ? predictions[next++] : undefined;
        const drop = stream.admit(event, nowMs);
        if (drop !== null) {
          counts.drops[drop.reason] = (counts.drops[drop.reason] ?? 0) + 1;
          continue;
        }
        admitted.push(event);
        if (event.type === 'live.comment.created') read.push(prediction ?? null);
      }
    }
    counts.admitted += admitted.length;
    counts.comments += read.length;
    return { admitted, read };
  };

  const countComment = (event: LiveEventOf<'live.comment.created'>, read: Prediction | null) => {
    const prediction = read === null ? null : (predictor.resolve?.(event.data.text, read, onAir) ?? read);
    if (prediction === null) counts.unpredicted++;
    stream.add(event, prediction);
    answers?.comment(event, prediction, viewNow);
    onEvent?.(event, prediction);
    due = true;
    const productId = prediction?.products[0]?.productId;
    if (productId !== undefined) named.add(productId);
  };

  const countOther = (event: LiveEvent) => {
    stream.add(event, null);
    if (event.type === 'live.product.pinned' || event.type === 'live.product.unpinned') explaining = undefined;
    else if (event.type === 'live.comment.deleted') answers?.removed(event);
    onEvent?.(event, null);
    const concerned = productsOf(event);
    if (concerned === null) {
      stirred = true;
      if (event.type === 'shop.product.viewed' || event.type === 'shop.cart.added')
        touched.add(event.data.product.productID ?? '');
      return;
    }
    due = true;
    for (const productId of concerned) if (productId !== undefined) named.add(productId);
  };

  /** The product that was looked at last, of those that are looked at in turn. */
  let lookedAt = '';
  const nextOf = (productIds: readonly string[], portion: number): Set<string> => {
    const from = Math.max(
      0,
      productIds.findIndex((id) => id > lookedAt),
    );
    const next = [...productIds.slice(from), ...productIds.slice(0, from)].slice(0, portion);
    lookedAt = next.at(-1) ?? '';
    return named.union(touched).union(new Set(next));
  };

  const ask = (view: RoomView, some?: ReadonlySet<string>) => {
    const prompts = ports.advisor.evaluate(view, some);
    if (due) named = new Set();
    due = false;
    if (prompts.length > 0) ports.onPrompts(prompts);
  };

  const looked = () => {
    stirred = false;
    touched = new Set();
  };

  const pipeline: Pipeline = {
    counts,
    get stirred() {
      return stirred;
    },
    read(frames) {
      const texts: string[] = [];
      for (const { events } of frames) {
        for (const event of events) if (event.type === 'live.comment.created') texts.push(event.data.text);
      }
      return { frames, predictions: texts.length === 0 ? [] : predictor.predict(texts) };
    },
    count(frames, predictions, nowMs) {
      const { admitted, read } = admit(frames, predictions, nowMs);
      let next = 0;
      explaining = undefined;
      for (const event of admitted) {
        if (event.type === 'live.comment.created') countComment(event, read[next++] ?? null);
        else countOther(event);
      }
    },
    async process(frames, nowMs) {
      const { predictions } = pipeline.read(frames);
      // Rules answer at once; only a model session is worth a turn of the event loop.
      pipeline.count(frames, predictions instanceof Promise ? await predictions : predictions, nowMs);
    },
    tick(nowMs, portion = Infinity) {
      const results = ports.stream.tick(nowMs);
      if (results.length > 0) ports.onWindows(results);
      ports.onTick?.(nowMs);
      const view = viewNow();
      ask(
        view,
        portion !== Infinity && portion < view.productIds.length ? nextOf(view.productIds, portion) : undefined,
      );
      looked();
    },
    decide() {
      if (due) ask(viewNow(), named);
    },
    look() {
      if (!stirred) return pipeline.decide();
      const view = viewNow();
      // Likes are of what is on air.
      if (view.explaining !== null) touched.add(view.explaining.productId);
      ask(view, named.union(touched));
      looked();
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
  return pipeline;
}

/** Whether one event of this kind is worth a look at the rules at once: what `decide` waits for. */
export function isSingle(event: LiveEvent): boolean {
  return event.type === 'live.comment.created' || productsOf(event) !== null;
}

/**
 * Products of an event that a rule may answer at once; null for events of which single ones change nothing.
 * One that is known by its SKU alone waits until all products are looked at.
 */
function productsOf(event: LiveEvent): readonly (string | undefined)[] | null {
  switch (event.type) {
    case 'shop.stock.updated':
      return [event.data.productID];
    case 'shop.offer.started':
    case 'shop.offer.changed':
    case 'shop.offer.ended':
    case 'live.product.pinned':
    case 'live.product.unpinned':
      return [event.data.product.productID];
    case 'shop.order.created':
    case 'shop.order.paid':
      return event.data.orderedItem?.map(({ productID }) => productID) ?? [];
    default:
      return null;
  }
}
