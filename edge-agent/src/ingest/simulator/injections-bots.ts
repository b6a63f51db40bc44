import type { Intent } from '@livecue/shared/insight';
import type { PlanOf, RoomParts } from './injection-parts.ts';
import type { Random } from './random.ts';

const BOT_INTENTS: readonly Intent[] = ['spam_ad', 'purchase_signal', 'praise'];
/** Lines that a crew of bots shares. */
const SCRIPT_LINES = 3;

/** A few accounts tap like far faster than a thumb can, each in its own steady rhythm. */
export function injectBotLikes(parts: RoomParts, random: Random, plan: PlanOf<'bot-likes'>): void {
  const { world, audience } = parts;
  const beginMs = world.agenda.nowMs;
  const endMs = beginMs + plan.durationMs;
  const bots = Array.from({ length: plan.accounts }, () => audience.stranger().person);
  const told = { events: 0, likes: 0, firstMs: 0, lastMs: 0 };
  for (const bot of bots) {
    const everyMs = random.between(350, 500);
    const tap = (): void => {
      if (world.agenda.nowMs >= endMs) return;
      const count = 30 + random.below(20);
      audience.like(bot, count);
      if (!world.silent) {
        if (told.events === 0) told.firstMs = world.nowMs;
        told.lastMs = world.nowMs;
        told.events += 1;
        told.likes += count;
      }
      world.agenda.at(world.agenda.nowMs + everyMs, tap);
    };
    world.agenda.at(beginMs + random.between(0, everyMs), tap);
  }
  world.closeAt(endMs, () => {
    if (told.events === 0) return;
    const { events, likes } = told;
    const accounts = bots.map(({ identifier }) => identifier);
    world.tell({
      kind: 'bot-likes',
      productId: null,
      startMs: told.firstMs,
      endMs: told.lastMs,
      details: { accounts, events, likes },
    });
  });
}

/** A few accounts post the same three lines over and over. */
export function injectBotComments(parts: RoomParts, random: Random, plan: PlanOf<'bot-comments'>): void {
  const { world, audience, chat } = parts;
  const beginMs = world.agenda.nowMs;
  const endMs = beginMs + plan.durationMs;
  const intent = random.pick(BOT_INTENTS);
  const bots = Array.from({ length: plan.accounts }, () => audience.stranger());
  const author = bots[0];
  if (author === undefined) return;
  const script = Array.from({ length: SCRIPT_LINES }, () =>
    chat.write(random, author, { intent, about: null, named: false }),
  );
  const posted: { id: string; atMs: number }[] = [];
  const everyMs = 1000 / plan.perS;
  let turn = 0;
  const post = (): void => {
    if (world.agenda.nowMs >= endMs) return;
    const bot = bots[turn % bots.length] as (typeof bots)[number];
    turn += 1;
    const id = chat.post(bot, random.pick(script), true);
    if (id !== null) posted.push({ id, atMs: world.nowMs });
    world.agenda.at(world.agenda.nowMs + everyMs * random.between(0.9, 1.1), post);
  };
  world.agenda.at(beginMs, post);
  world.closeAt(endMs, () => {
    const [first, last] = [posted[0], posted.at(-1)];
    if (first === undefined || last === undefined) return;
    const accounts = bots.slice(0, turn).map(({ person }) => person.identifier);
    world.tell({
      kind: 'bot-comments', productId: null, startMs: first.atMs, endMs: last.atMs,
      details: { accounts, intent, comments: posted.length, eventIds: posted.map(({ id }) => id) },
    }); // prettier-ignore
  });
}
