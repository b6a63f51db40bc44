import type { RoomView } from '../../core-ports.ts';
import { SAFETY_DELAYS, type Rule, type RuleContext } from '../rule.ts';

/**
 * Silence beyond what the room's rhythm explains (HP15). The limit is a delay already, so the card comes at
 * once and goes with the first event. It is a safety card: no limit of number holds it back, and while it
 * stands no other card does. Priority "act now"; nobody can act on it but whoever mends the feed.
 */
export const feedStale: Rule = {
  name: 'feed-stale',
  ...SAFETY_DELAYS,
  actedOn: [],
  evaluate: (view, context) => {
    const { state, lastEventMs } = view.feed;
    if (state !== 'stale' || lastEventMs === null) return [];
    return [
      {
        key: 'feed-stale/feed/',
        priority: 'act-now',
        product: null,
        level: 1,
        enter: 1,
        exit: 1,
        count: 1,
        compose: () => compose(view, context, lastEventMs),
      },
    ];
  },
  endedBy: () => null,
};

function compose(view: RoomView, context: RuleContext, lastEventMs: number) {
  const quietSeconds = Math.max(0, Math.floor((view.nowMs - lastEventMs) / 1000));
  const limitSeconds = Math.round(view.feed.quietLimitMs / 1000);
  return {
    headline: { zh: `数据暂停 ${quietSeconds} 秒`, en: `Data paused for ${quietSeconds} s` },
    reason: {
      zh: `${quietSeconds} 秒没有消息，平时不超过 ${limitSeconds} 秒：提示暂停`,
      en: `Nothing for ${quietSeconds} s, usual limit ${limitSeconds} s: cues are paused`,
    },
    fact: null,
    evidence: {
      window: { openMs: Math.min(lastEventMs, view.nowMs), closeMs: view.nowMs },
      counts: { quietSeconds },
      threshold: { quietLimitSeconds: limitSeconds },
      modelVersion: context.modelVersion,
      eventIds: [],
    },
  };
}
