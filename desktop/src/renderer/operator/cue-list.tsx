import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostPrompt, Stage } from '@livecue/shared/prompt';
import { BellOff, Check, Clock } from 'lucide-react';
import { usePanel } from '../live/use-live.tsx';
import { PriorityMark } from '../parts/priority-mark.tsx';
import { useUnits } from '../words/units.ts';
import { EvidenceList } from './evidence-list.tsx';
import { Section } from './section.tsx';

const ACTIONS = [
  ['prompt.done', 'done', Check],
  ['prompt.snooze', 'snooze', Clock],
  ['prompt.mute', 'mute', BellOff],
] as const;

function Cue({
  prompt,
  nowMs,
  onProblem,
}: {
  prompt: HostPrompt;
  nowMs: number;
  onProblem: (text: string | null) => void;
}) {
  const { t } = useTranslation();
  const { client } = usePanel();
  const units = useUnits();
  const act = (verb: (typeof ACTIONS)[number][0]) => {
    client.call(verb, { promptId: prompt.promptId }).then(
      () => onProblem(null),
      (error: unknown) => onProblem(error instanceof Error ? error.message : String(error)),
    );
  };
  return (
    <li className={`cue ${prompt.priority}`} data-prompt={prompt.promptId}>
      <div className="row-line">
        <PriorityMark priority={prompt.priority} />
        <span className="dim small">{t(`rule.${prompt.rule}`)}</span>
        <span className="row-end">
          {t('cues.left', { n: units.age(Math.max(0, Math.ceil((prompt.expiresMs - nowMs) / 1000) * 1000)) })}
        </span>
      </div>
      <div className="cue-headline">{units.words(prompt.headline)}</div>
      <div className="dim">{units.words(prompt.reason)}</div>
      {prompt.fact === null ? null : <div className="cue-fact">{units.words(prompt.fact)}</div>}
      <div className="row-line cue-foot">
        <details>
          <summary>{t('cues.why')}</summary>
          <EvidenceList evidence={prompt.evidence} />
        </details>
        <span className="row-end actions">
          {ACTIONS.map(([verb, word, Icon]) => (
            <button type="button" className="button small" key={verb} onClick={() => act(verb)}>
              <Icon size={12} aria-hidden="true" /> {t(`cues.${word}`)}
            </button>
          ))}
        </span>
      </div>
    </li>
  );
}

/** What the host sees, what comes next, and what waits with the operator. */
export function CueList({ stage, nowMs }: { stage: Stage; nowMs: number }) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<string | null>(null);
  const parts: readonly (readonly [string, readonly HostPrompt[], string | null])[] = [
    [t('cues.active'), stage.active === null ? [] : [stage.active], t('cues.none')],
    [t('cues.next'), stage.next, null],
    [t('cues.queue'), stage.queued, t('cues.noQueue')],
  ];
  return (
    <Section name="cues" title={t('cues.title')}>
      {problem === null ? null : (
        <p className="remedy" role="alert">
          {t('host.notSent', { why: problem })}
        </p>
      )}
      {parts.map(([title, prompts, empty]) =>
        prompts.length === 0 && empty === null ? null : (
          <div className="cue-part" key={title}>
            <h3>
              {title} {prompts.length > 1 ? <span className="dim">{prompts.length}</span> : null}
            </h3>
            {prompts.length === 0 ? <p className="empty">{empty}</p> : null}
            <ul className="rows">
              {prompts.map((prompt) => (
                <Cue key={prompt.promptId} prompt={prompt} nowMs={nowMs} onProblem={setProblem} />
              ))}
            </ul>
          </div>
        ),
      )}
    </Section>
  );
}
