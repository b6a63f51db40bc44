import { expect, test } from 'vitest';
import type { LiveEvent } from '@livecue/shared/event';
import type { Prediction } from '@livecue/shared/insight';
import { createPipeline, type PipelineAdvisor, type PipelineAnswers, type PipelineStream } from './pipeline.ts';
import type { Predictor } from './ports.ts';

const silent: Prediction = { intent: 'price', intentScore: 1, offensive: null, spam: null, sentiment: null, products: [], modelVersion: 'm' }; // prettier-ignore

const comment = (text: string) => ({ type: 'live.comment.created', data: { text } }) as unknown as LiveEvent;
const pin = (productId: string | null) =>
  ({ type: productId === null ? 'live.product.unpinned' : 'live.product.pinned', data: { product: { productID: productId ?? undefined } } }) as unknown as LiveEvent; // prettier-ignore

test('a comment points at what is on air at its place among the events, also within a batch', async () => {
  let onAir: string | null = null;
  let views = 0;
  const counted: (string | null)[] = [];
  const stream = {
    admit: () => null,
    add(event: LiveEvent, prediction: Prediction | null) {
      if (event.type === 'live.comment.created') counted.push(prediction?.products[0]?.productId ?? null);
      else onAir = (event.data as { product: { productID?: string } }).product.productID ?? null;
    },
    view: () => (views++, { explaining: onAir === null ? null : { productId: onAir, sinceMs: 0 } }),
  } as unknown as PipelineStream;
  const predictor: Predictor = {
    version: 'm',
    predict: (texts) => texts.map((text) => (text === 'lost' ? null : silent)),
    resolve(text, prediction, ask) {
      const productId = text === '这个' ? ask() : null;
      return productId === null ? prediction : { ...prediction, products: [{ productId, score: 0.5 }] };
    },
  };
  const pipeline = createPipeline({ stream, advisor: {} as PipelineAdvisor, predictor, roomId: 'r', onWindows: () => undefined, onPrompts: () => undefined }); // prettier-ignore
  const events = [comment('这个'), pin('p1'), comment('这个'), comment('多少钱'), comment('这个'), comment('lost'), pin('p2'), comment('这个'), pin(null), comment('这个')]; // prettier-ignore
  await pipeline.process([{ events }], 0);
  expect(counted).toEqual([null, 'p1', null, 'p1', null, 'p2', null]);
  // A view is made again only when what is on air may have changed.
  expect(views).toBe(4);
  expect(pipeline.counts.unpredicted).toBe(1);
});

test('each comment that got in is answered after it is counted, and a removal is told', async () => {
  const told: string[] = [];
  const stream = {
    admit: (event: LiveEvent) => (event.type === 'live.like.added' ? { reason: 'duplicate' } : null),
    add: (event: LiveEvent) => told.push(`counted ${event.type}`),
    view: () => ({ explaining: null, nowMs: 7 }),
  } as unknown as PipelineStream;
  const predictor: Predictor = { version: 'm', predict: (texts) => texts.map(() => silent) };
  const answers: PipelineAnswers = {
    comment: (event, prediction, view) =>
      told.push(`answered ${event.data.text} ${prediction?.intent} ${view().nowMs}`),
    removed: () => told.push('removed'),
  };
  const pipeline = createPipeline({ stream, advisor: {} as PipelineAdvisor, predictor, answers, roomId: 'r', onWindows: () => undefined, onPrompts: () => undefined }); // prettier-ignore
  const events = [comment('多少钱'), { type: 'live.like.added', data: {} }, { type: 'live.comment.deleted', data: {} }] as unknown as LiveEvent[]; // prettier-ignore
  await pipeline.process([{ events }], 0);
  expect(told).toEqual(['counted live.comment.created', 'answered 多少钱 price 7', 'counted live.comment.deleted', 'removed']); // prettier-ignore
});

test('the rules are asked at once about what comments, orders, stock, offers and pins concern, and at a tick about everything', async () => {
  const asked: (string[] | 'all')[] = [];
  const stream = { admit: () => null, add: () => undefined, view: () => ({ explaining: null }), tick: () => [] } as unknown as PipelineStream; // prettier-ignore
  const advisor = { evaluate: (_: unknown, named?: ReadonlySet<string>) => (asked.push(named === undefined ? 'all' : [...named]), []) } as unknown as PipelineAdvisor; // prettier-ignore
  const naming = (text: string): Prediction => ({ ...silent, products: text === 'hi' ? [] : [{ productId: text, score: 1 }] }); // prettier-ignore
  const predictor: Predictor = { version: 'm', predict: (texts) => texts.map(naming) };
  const pipeline = createPipeline({ stream, advisor, predictor, roomId: 'r', onWindows: () => undefined, onPrompts: () => undefined }); // prettier-ignore
  pipeline.decide();
  await pipeline.process([{ events: [comment('p1'), comment('p2'), comment('p1')] }], 0);
  pipeline.decide();
  pipeline.decide();
  await pipeline.process([{ events: [comment('hi')] }], 0);
  pipeline.decide();
  await pipeline.process([{ events: [comment('p3')] }], 0);
  pipeline.tick(1);
  pipeline.decide();
  const of = (type: string, data: object) => ({ type, data }) as unknown as LiveEvent;
  await pipeline.process([{ events: [of('live.like.added', {}), of('shop.product.viewed', { product: { productID: 'p0' } })] }], 0); // prettier-ignore
  pipeline.decide();
  const shop = [of('shop.stock.updated', { productID: 'p5' }), of('shop.offer.started', { product: { productID: 'p6' } }), of('shop.order.paid', { orderedItem: [{ productID: 'p7' }, { sku: 's' }] }), of('shop.order.created', {})]; // prettier-ignore
  await pipeline.process([{ events: [pin('p4'), ...shop] }], 0);
  pipeline.decide();
  expect(asked).toEqual([['p1', 'p2'], [], 'all', ['p4', 'p5', 'p6', 'p7']]);
});

test('a look asks about what was viewed, carted or liked since the last one, and about nothing that happened before', async () => {
  const asked: (string[] | 'all')[] = [];
  let onAir: { productId: string } | null = null;
  const stream = { admit: () => null, add: () => undefined, view: () => ({ explaining: onAir }), tick: () => [] } as unknown as PipelineStream; // prettier-ignore
  const advisor = { evaluate: (_: unknown, named?: ReadonlySet<string>) => (asked.push(named === undefined ? 'all' : [...named].sort()), []) } as unknown as PipelineAdvisor; // prettier-ignore
  const predictor: Predictor = { version: 'm', predict: (texts) => texts.map(() => silent) };
  const pipeline = createPipeline({ stream, advisor, predictor, roomId: 'r', onWindows: () => undefined, onPrompts: () => undefined }); // prettier-ignore
  const of = (type: string, productID?: string) => ({ type, data: { product: { productID } } }) as unknown as LiveEvent;
  pipeline.look();
  await pipeline.process([{ events: [of('shop.product.viewed', 'p2'), of('shop.cart.added', 'p1'), pin('p3')] }], 0);
  pipeline.look();
  pipeline.look();
  onAir = { productId: 'p4' };
  await pipeline.process([{ events: [of('live.like.added')] }], 0);
  expect(pipeline.stirred).toBe(true);
  pipeline.look();
  expect(pipeline.stirred).toBe(false);
  await pipeline.process([{ events: [of('shop.product.viewed', 'p5')] }], 0);
  pipeline.tick(1);
  pipeline.look();
  expect(asked).toEqual([['p1', 'p2', 'p3'], ['p4'], 'all']);
});

test('frames that are read ahead are counted in order, with their own predictions, also when some were not admitted', async () => {
  const counted: string[] = [];
  const stream = {
    admit: (event: LiveEvent) => ((event.data as { text?: string }).text === 'twice' ? { reason: 'duplicate' } : null),
    add: (event: LiveEvent, prediction: Prediction | null) =>
      counted.push(`${(event.data as { text: string }).text} ${prediction?.modelVersion}`),
    view: () => ({ explaining: null }),
  } as unknown as PipelineStream;
  const predictor: Predictor = { version: 'm', predict: async (texts) => texts.map((text) => ({ ...silent, modelVersion: text.toUpperCase() })) }; // prettier-ignore
  const pipeline = createPipeline({ stream, advisor: {} as PipelineAdvisor, predictor, roomId: 'r', onWindows: () => undefined, onPrompts: () => undefined }); // prettier-ignore
  const ahead = [
    ['a', 'twice', 'b'],
    ['twice', 'c'],
  ].map((texts) => pipeline.read([{ events: texts.map(comment) }]));
  expect(counted).toEqual([]);
  for (const { frames, predictions } of ahead) pipeline.count(frames, await predictions, 0);
  expect(counted).toEqual(['a A', 'b B', 'c C']);
  expect(pipeline.counts).toMatchObject({ events: 5, admitted: 3, comments: 3, drops: { duplicate: 2 } });
});

test('of more products than a portion the next ones are asked about each time, with those that comments named', async () => {
  const asked: (string[] | 'all')[] = [];
  let productIds = ['a', 'b', 'c', 'd', 'e'];
  const stream = { admit: () => null, add: () => undefined, view: () => ({ explaining: null, productIds }), tick: () => [] } as unknown as PipelineStream; // prettier-ignore
  const advisor = { evaluate: (_: unknown, named?: ReadonlySet<string>) => (asked.push(named === undefined ? 'all' : [...named].sort()), []) } as unknown as PipelineAdvisor; // prettier-ignore
  const predictor: Predictor = { version: 'm', predict: (texts) => texts.map((text) => ({ ...silent, products: [{ productId: text, score: 1 }] })) }; // prettier-ignore
  const pipeline = createPipeline({ stream, advisor, predictor, roomId: 'r', onWindows: () => undefined, onPrompts: () => undefined }); // prettier-ignore
  pipeline.tick(1, 2);
  pipeline.tick(2, 2);
  await pipeline.process([{ events: [comment('d')] }], 2);
  pipeline.tick(3, 2);
  productIds = ['a', 'c', 'e', 'f'];
  pipeline.tick(4, 2);
  pipeline.tick(5, 4);
  expect(asked).toEqual([['a', 'b'], ['c', 'd'], ['a', 'd', 'e'], ['c', 'e'], 'all']);
});
