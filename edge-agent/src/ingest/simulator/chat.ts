import { INTENTS, type Intent } from '@livecue/shared/insight';
import { type Audience, MAX_ACTIVITY, type Viewer } from './audience.ts';
import type { SimulatedProduct } from './demo-products.ts';
import { childTimesMs, type Excitation } from './hawkes.ts';
import type { Random } from './random.ts';
import type { Shelf } from './shelf.ts';
import type { Show } from './show.ts';
import { composeComment, type CommentBrief } from './texts.ts';
import type { World } from './world.ts';

/** Comments per room click: KuaiLive's 4.0 %. */
export const COMMENTS_PER_JOIN = 0.04;

/** What people write of their own accord, in hundredths; our own estimate of a selling room. */
const INTENT_SHARE: Readonly<Record<Intent, number>> = {
  spam_ad: 0.6, complaint: 0.6, return_warranty: 0.8, shipping: 2.5, order_payment: 1, price: 6, discount_gift: 3.5, stock: 2.5,
  size_spec: 7, host_request: 2, product_question: 5, purchase_signal: 10, praise: 13, chat_other: 45.5,
}; // prettier-ignore
const SHARES = INTENTS.map((intent) => INTENT_SHARE[intent]);

/** About nothing on sale. */
const ABOUT_NOTHING: ReadonlySet<Intent> = new Set(['spam_ad', 'chat_other']);
/** About the shop more often than about a product. */
const ABOUT_THE_SHOP: ReadonlySet<Intent> = new Set(['complaint', 'return_warranty', 'shipping', 'order_payment']);
/** What a crowd joins in with. */
const CATCHING: ReadonlySet<Intent> = new Set(['chat_other', 'praise', 'purchase_signal']);

export interface Remark {
  readonly text: string;
  readonly intent: Intent;
  readonly about: SimulatedProduct | null;
  readonly named: boolean;
}

export interface Chat {
  /** Sends a comment without followers; returns its event id, or null in a silence. */
  post(author: Viewer, remark: Remark, bot: boolean): string | null;
  write(random: Random, author: Viewer, brief: Omit<CommentBrief, 'language'>): Remark;
}

/** Comments: a self-exciting stream in which followers often repeat what was just said. */
export function createChat(
  world: World,
  parts: { audience: Audience; shelf: Shelf; show: Show },
  config: { joinsPerS: number; excitation: Excitation },
): Chat {
  const { audience, shelf, show } = parts;
  const { excitation } = config;
  const times = world.random.fork('comment-times');
  const random = world.random.fork('comments');

  const chat: Chat = {
    post(author, { text, intent, about, named }, bot) {
      const eventId = world.emit('live.comment.created', { text, author: author.person, isPaid: false });
      if (eventId === null) return null;
      const atMs = world.nowMs;
      const productId = about?.product.productId ?? null;
      world.tell({
        kind: 'comment',
        productId,
        startMs: atMs,
        endMs: atMs,
        details: { eventId, intent, language: author.language, named, bot },
      });
      return eventId;
    },
    write(stream, author, brief) {
      const { text, named } = composeComment(stream, { ...brief, language: author.language });
      return { text, named, intent: brief.intent, about: brief.about };
    },
  };

  const aboutWhat = (intent: Intent): { about: SimulatedProduct | null; named: boolean } => {
    if (ABOUT_NOTHING.has(intent) || (ABOUT_THE_SHOP.has(intent) && random.chance(0.6)))
      return { about: null, named: false };
    const { explaining } = show;
    // Whoever asks for what is in the host's hands seldom says which; whoever asks for another has to.
    if (explaining !== null && random.chance(0.75)) return { about: explaining.simulated, named: random.chance(0.35) };
    return { about: shelf.draw(random).simulated, named: true };
  };
  const ofOwnAccord = (author: Viewer): Remark => {
    const intent = INTENTS[random.weighted(SHARES)] as Intent;
    const { about, named } = aboutWhat(intent);
    const remark = chat.write(random, author, { intent, about, named });
    const isKnown = remark.named || about === show.explaining?.simulated;
    return isKnown ? remark : { ...remark, about: null };
  };
  const following = (before: Remark, author: Viewer): Remark => {
    if (CATCHING.has(before.intent) && random.chance(0.35)) return before;
    if (!CATCHING.has(before.intent) && random.chance(0.12)) return chat.write(random, author, before);
    return ofOwnAccord(author);
  };
  const say = (remark: Remark, author: Viewer): void => {
    chat.post(author, remark, false);
    for (const childMs of childTimesMs(times, world.agenda.nowMs, excitation)) {
      world.agenda.at(childMs, () => {
        const follower = audience.someone(random);
        say(following(remark, follower), follower);
      });
    }
  };
  const base = config.joinsPerS * COMMENTS_PER_JOIN * (1 - excitation.branchingRatio);
  const rate = { maxPerS: base * MAX_ACTIVITY, perS: (timeMs: number) => base * audience.activity(timeMs) };
  world.arrivals(times, rate, () => {
    const author = audience.someone(random);
    say(ofOwnAccord(author), author);
  });
  return chat;
}
