import type { Audience } from './audience.ts';
import type { Chat } from './chat.ts';
import { injectBotComments, injectBotLikes } from './injections-bots.ts';
import { injectOrderRing, injectSilence, injectStockOut } from './injections-shop.ts';
import { injectInterestSurge, injectQuestionBurst } from './injections-viewers.ts';
import type { InjectionKind, InjectionPlan, Profile } from './profiles.ts';
import type { Random } from './random.ts';
import type { Sales } from './sales.ts';
import type { Shelf, ShelfItem } from './shelf.ts';
import type { Show } from './show.ts';
import type { World } from './world.ts';

/** The parts of a room that an injection acts through. */
export interface RoomParts {
  readonly world: World;
  readonly audience: Audience;
  readonly shelf: Shelf;
  readonly show: Show;
  readonly sales: Sales;
  readonly chat: Chat;
  readonly profile: Profile;
}

export type PlanOf<K extends InjectionKind> = Extract<InjectionPlan, { kind: K }>;

/** The product of that link, if it has stock enough, else another in stock; none of `except`. Null: none fits. */
export function chooseItem(
  parts: RoomParts,
  random: Random,
  link: number | null,
  atLeast: number,
  except: readonly ShelfItem[],
): ShelfItem | null {
  const wanted = link === null ? null : parts.shelf.byLink(link);
  if (wanted !== null && wanted.level >= atLeast && !except.includes(wanted)) return wanted;
  return parts.shelf.drawInStock(random, atLeast, except);
}

function inject(parts: RoomParts, random: Random, plan: InjectionPlan): void {
  switch (plan.kind) {
    case 'question-burst':
      return injectQuestionBurst(parts, random, plan);
    case 'interest-surge':
      return injectInterestSurge(parts, random, plan);
    case 'bot-likes':
      return injectBotLikes(parts, random, plan);
    case 'bot-comments':
      return injectBotComments(parts, random, plan);
    case 'order-ring':
      return injectOrderRing(parts, random, plan);
    case 'stock-out':
      return injectStockOut(parts, random, plan);
    case 'feed-silence':
      return injectSilence(parts, plan);
  }
}

/** Plans the profile's injections; a cycle plans its next round when it begins one. Each has its own stream of chance. */
export function scheduleInjections(parts: RoomParts): void {
  const { world, profile } = parts;
  const plan = (list: readonly InjectionPlan[], fromMs: number, round: string): void => {
    list.forEach((one, index) => {
      const random = world.random.fork(`injection/${round}/${index}`);
      world.agenda.at(fromMs + one.atMs, () => inject(parts, random, one));
    });
  };
  plan(profile.injections, world.startMs, 'once');
  const { cycle } = profile;
  if (cycle === null) return;
  const begin = (round: number): void => {
    const fromMs = world.startMs + cycle.firstMs + round * cycle.everyMs;
    world.agenda.at(fromMs, () => {
      plan(cycle.injections, fromMs, String(round));
      begin(round + 1);
    });
  };
  begin(0);
}
