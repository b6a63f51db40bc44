import type { Intent } from '@livecue/shared/insight';
import { chooseItem, type PlanOf, type RoomParts } from './injection-parts.ts';
import { nextCandidateMs } from './hawkes.ts';
import type { Random } from './random.ts';
import { VIEWS_PER_JOIN } from './sales.ts';

/** What a burst may ask when the plan leaves it open. */
const BURST_INTENTS: readonly Intent[] = [
  'size_spec',
  'price',
  'stock',
  'shipping',
  'product_question',
  'discount_gift',
  'host_request',
];
const SURGE_INTENTS: readonly Intent[] = ['price', 'size_spec', 'product_question', 'host_request', 'stock'];
/** Questions per view during a surge: without the host's words people have to ask. */
const QUESTIONS_PER_VIEW = 0.12;
const RAMP_MS = 10_000;

/** Distinct strangers, one comment each, all asking one thing of one product and naming it. */
export function injectQuestionBurst(parts: RoomParts, random: Random, plan: PlanOf<'question-burst'>): void {
  const { world, audience, chat } = parts;
  const item = chooseItem(parts, random, plan.link, 1, []);
  if (item === null) return;
  const intent = plan.intent ?? random.pick(BURST_INTENTS);
  const offsets = [
    ...Array.from({ length: plan.viewers }, () => random.between(0, plan.burstMs)),
    ...Array.from({ length: plan.tailViewers }, () => plan.burstMs + random.between(0, plan.tailMs)),
  ].sort((a, b) => a - b);
  const beginMs = world.agenda.nowMs;
  const asked: { id: string; atMs: number }[] = [];
  for (const offset of offsets) {
    world.agenda.at(beginMs + offset, () => {
      const author = audience.stranger();
      const id = chat.post(author, chat.write(random, author, { intent, about: item.simulated, named: true }), false);
      if (id !== null) asked.push({ id, atMs: world.nowMs });
    });
  }
  world.closeAt(beginMs + plan.burstMs + plan.tailMs, () => {
    const [first, last] = [asked[0], asked.at(-1)];
    if (first === undefined || last === undefined) return;
    world.tell({
      kind: 'question-burst', productId: item.productId, startMs: first.atMs, endMs: last.atMs,
      details: { intent, viewers: asked.length, eventIds: asked.map(({ id }) => id) },
    }); // prettier-ignore
  });
}

/** Viewers turn to a product that the host is not explaining: looks, carts, questions that name it. */
export function injectInterestSurge(parts: RoomParts, random: Random, plan: PlanOf<'interest-surge'>): void {
  const { world, audience, chat, sales, show, profile } = parts;
  const item = chooseItem(parts, random, plan.link, 20, show.lately);
  if (item === null) return;
  const beginMs = world.agenda.nowMs;
  const endMs = beginMs + plan.durationMs;
  show.leaveAside(item, endMs);
  const perS = profile.joinsPerS * VIEWS_PER_JOIN * plan.share;
  const tally = { carts: 0 };
  const eventIds: string[] = [];
  let questions = 0;
  const times = { firstMs: 0, lastMs: 0 };

  const ask = (): void => {
    const author = audience.someone(random);
    const remark = chat.write(random, author, {
      intent: random.pick(SURGE_INTENTS),
      about: item.simulated,
      named: true,
    });
    if (chat.post(author, remark, false) !== null) questions += 1;
  };
  const look = (): void => {
    const id = sales.view(audience.someone(random), item, tally);
    if (id === null) return;
    if (eventIds.length === 0) times.firstMs = world.nowMs;
    times.lastMs = world.nowMs;
    eventIds.push(id);
    if (random.chance(QUESTIONS_PER_VIEW))
      world.agenda.at(Math.min(endMs - 1, world.agenda.nowMs + random.between(500, 6000)), ask);
  };
  const next = (fromMs: number): void => {
    const atMs = nextCandidateMs(random, fromMs, perS);
    if (atMs >= endMs) return;
    world.agenda.at(atMs, () => {
      // Rises and falls over 10 s instead of a step.
      if (random.chance(Math.min(1, (atMs - beginMs) / RAMP_MS, (endMs - atMs) / RAMP_MS))) look();
      next(atMs);
    });
  };
  next(beginMs);
  world.closeAt(endMs, () => {
    if (eventIds.length === 0) return;
    world.tell({
      kind: 'interest-surge', productId: item.productId, startMs: times.firstMs, endMs: times.lastMs,
      details: { views: eventIds.length, carts: tally.carts, questions, eventIds },
    }); // prettier-ignore
  });
}
