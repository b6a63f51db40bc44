import type { AnomalyReason, RoomAnomaly, RoomAnomalyKind } from '@livecue/shared/insight';
import type { Priority, RuleName, Words } from '@livecue/shared/prompt';
import type { RoomView } from '../core-ports.ts';
import type { Sign } from './acted-on.ts';
import type { Candidate, Rule, RuleContext } from './rule.ts';
import { shortNumber } from './words.ts';

/** A card for one kind of trouble of the whole room. */
export interface AnomalyRule {
  readonly name: RuleName;
  readonly kind: RoomAnomalyKind;
  readonly priority: Priority;
  readonly reserved: boolean;
  readonly actedOn: readonly Sign[];
  readonly words: (found: AnomalyNumbers) => { readonly headline: Words; readonly reason: Words };
}

/** The first reason of the anomaly at its worst, as the card says it. */
export interface AnomalyNumbers {
  readonly series: AnomalyReason['series'];
  readonly value: number;
  readonly usual: number;
  /** `value / usual`, 999 at most; `usual` below 1 counts as 1. */
  readonly ratio: number;
}

/**
 * One card while an anomaly of that kind goes on. The detectors have their own hysteresis over slices of
 * 5 s, so the card comes when it is told and goes when it is over.
 */
export function createAnomalyRule(spec: AnomalyRule): Rule {
  return {
    name: spec.name,
    onDelayMs: 0,
    offDelayMs: 0,
    safety: false,
    reserved: spec.reserved,
    actedOn: spec.actedOn,
    evaluate: (view, context) => {
      const candidates = new Map<string, Candidate>();
      for (const anomaly of view.anomalies) {
        if (anomaly.kind !== spec.kind || anomaly.endMs !== null) continue;
        const candidate = candidateOf(spec, view, context, anomaly);
        candidates.set(candidate.key, candidate);
      }
      return [...candidates.values()];
    },
    endedBy: () => null,
  };
}

function numbersOf({ reasons }: RoomAnomaly): AnomalyNumbers {
  const { series, value, usual } = reasons[0] as AnomalyReason;
  const ratio = Math.min(999, shortNumber(value / Math.max(1, usual)));
  return { series, value: shortNumber(value), usual: shortNumber(usual), ratio };
}

function candidateOf(spec: AnomalyRule, view: RoomView, context: RuleContext, anomaly: RoomAnomaly): Candidate {
  const found = numbersOf(anomaly);
  return {
    key: `${spec.name}/${found.series}/`,
    priority: spec.priority,
    product: null,
    level: 1,
    enter: 1,
    exit: 1,
    count: 1,
    compose: () => ({
      ...spec.words(found),
      fact: null,
      evidence: {
        window: { openMs: Math.min(anomaly.startMs, view.nowMs), closeMs: view.nowMs },
        counts: { value: found.value, usual: found.usual, ratio: found.ratio, score: anomaly.score },
        threshold: {},
        modelVersion: context.modelVersion,
        eventIds: [],
      },
    }),
  };
}
