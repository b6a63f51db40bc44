import type { RoomParts } from './injection-parts.ts';
import { injectBotComments, injectBotLikes } from './injections-bots.ts';
import { injectPaymentOutage, injectViewerDrop } from './injections-faults.ts';
import { injectOffer, injectPatron } from './injections-offers.ts';
import { injectOrderRing, injectSilence, injectStockOut } from './injections-shop.ts';
import { injectInterestSurge, injectQuestionBurst } from './injections-viewers.ts';
import type { InjectionPlan } from './profiles.ts';
import type { Random } from './random.ts';

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
    case 'viewer-drop':
      return injectViewerDrop(parts, plan);
    case 'payment-outage':
      return injectPaymentOutage(parts, plan);
    case 'offer':
      return injectOffer(parts, random, plan);
    case 'patron-question':
      return injectPatron(parts, random, plan);
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
