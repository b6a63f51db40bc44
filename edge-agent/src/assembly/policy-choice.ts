import type { HealthItem, ShowLogEntry } from '@livecue/shared/contract';
import type { Words } from '@livecue/shared/prompt';
import { choiceCases, judgePolicy, type PolicyVerdict } from '../learn/policy-gate.ts';
import type { ShowLogStore } from '../ports.ts';

/** Who chooses among the cards that could come, and why. */
export interface PolicyChoice {
  readonly policy: 'rules' | 'learned';
  /** Null: nobody asked for the learned one. */
  readonly verdict: PolicyVerdict | null;
}

/** The learned policy only where it is asked for and the recorded shows prove it better; judged once, at the start. */
export async function choosePolicy(showLog: ShowLogStore, wanted: 'rules' | 'learned'): Promise<PolicyChoice> {
  if (wanted === 'rules') return { policy: 'rules', verdict: null };
  const verdict = judgePolicy(choiceCases(await recordedDecisions(showLog)));
  return { policy: verdict.passes ? 'learned' : 'rules', verdict };
}

/** Decisions, what followed them, and what the operator answered, of all shows that are kept, in order. */
export async function recordedDecisions(showLog: ShowLogStore): Promise<ShowLogEntry[]> {
  const entries: ShowLogEntry[] = [];
  for (const { showId } of await showLog.shows()) {
    for (let after = 0; ;) {
      const rows = await showLog.read(showId, after);
      if (rows.length === 0) break;
      after = rows.at(-1)!.id;
      for (const { entry } of rows) if (isEvidence(entry)) entries.push(entry);
    }
  }
  return entries;
}

export function isEvidence({ kind }: ShowLogEntry): boolean {
  return kind === 'decision' || kind === 'reward' || kind === 'action';
}

/** Why the learned policy does not choose, for people. */
export const VERDICT_WORDS: Readonly<Record<PolicyVerdict['reason'], Words>> = {
  better: { zh: '记录证明它更好', en: 'what was recorded proves it better' },
  'not-shown-to-be-better': { zh: '记录没有证明它更好', en: 'what was recorded does not prove it better' },
  'too-few-choices': { zh: '记录的选择太少', en: 'too few choices are recorded' },
  'no-overlap': { zh: '它会选的多半从未试过', en: 'much of what it would choose was never tried' },
  'too-small-effective-sample': { zh: '有效样本太小', en: 'the effective sample is too small' },
};

/** One line of the health page; none while the rules choose because nobody wants else. */
export function policyItems({ policy, verdict }: PolicyChoice): HealthItem[] {
  if (verdict === null) return [];
  const title = { zh: '选择提示', en: 'Choice of cues' };
  const why = VERDICT_WORDS[verdict.reason];
  if (policy === 'learned') {
    const text = { zh: `由学到的策略选择：${why.zh}`, en: `by the learned policy: ${why.en}` };
    return [{ name: 'policy', level: 'ok', title, text, remedy: null }];
  }
  const text = { zh: `仍按规则顺序：${why.zh}`, en: `still by the rules: ${why.en}` };
  const remedy = { zh: '继续直播以积累记录；livecue policy 会说明还差多少。', en: 'More shows add to the record; livecue policy says how far it is.' }; // prettier-ignore
  return [{ name: 'policy', level: 'warn', title, text, remedy }];
}
