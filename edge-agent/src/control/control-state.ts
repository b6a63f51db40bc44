import type { ControlState, MessagePreset, Product } from '@livecue/shared/contract';
import type { HostPrompt, Stage, Words } from '@livecue/shared/prompt';

/** What of the room buttons may see and ask for. */
export interface ControlFacts {
  readonly mode: ControlState['mode'];
  readonly feed: ControlState['feed'];
  readonly stage: Stage;
  /** Product that is explained. */
  readonly explaining: string | null;
  readonly nowMs: number;
}

export interface ControlCatalogue {
  readonly products: readonly Pick<Product, 'productId' | 'linkNumber' | 'name'>[];
  readonly presets: readonly MessagePreset[];
}

export function controlState({ mode, feed, stage, explaining, nowMs }: ControlFacts, { products }: ControlCatalogue): ControlState {
  const { active } = stage;
  const kill = stage.quiet === 'switched-off';
  const hold = stage.hold ?? false;
  const product = products.find(({ productId }) => productId === explaining);
  const secondsLeft = active === null ? 0 : Math.max(0, Math.ceil((active.expiresMs - nowMs) / 1000));
  return {
    version: 1,
    mode,
    feed,
    hold,
    kill,
    quiet: stage.quiet !== undefined,
    card:
      active === null
        ? null
        : { id: active.promptId, rule: active.rule, priority: active.priority, headline: active.headline, reason: active.reason, secondsLeft, linkNumber: active.linkNumber },
    next: stage.next.length,
    queued: stage.queued.length,
    explaining: explaining === null ? null : { productId: explaining, linkNumber: product?.linkNumber ?? null, name: product?.name ?? { zh: explaining, en: explaining } },
    text: line({ active, secondsLeft, feed, kill, hold }),
  };
} // prettier-ignore

/** What matters most, in the room of a button. */
function line(facts: { active: HostPrompt | null; secondsLeft: number; feed: ControlFacts['feed']; kill: boolean; hold: boolean }): Words {
  const { active, secondsLeft, feed, kill, hold } = facts;
  if (kill) return { zh: '提示已停', en: 'Cues stopped' };
  if (active !== null) return { zh: `${active.headline.zh} ${secondsLeft} 秒`, en: `${active.headline.en} ${secondsLeft} s` };
  if (feed === 'stale') return { zh: '数据暂停', en: 'Data paused' };
  if (hold) return { zh: '勿扰', en: 'Do not disturb' };
  return { zh: '无提示', en: 'No card' };
} // prettier-ignore
