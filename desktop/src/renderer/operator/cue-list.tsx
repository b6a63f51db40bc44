import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelState } from '@livecue/shared/contract';
import type { HostPrompt } from '@livecue/shared/prompt';
import { Ban, BellOff, Check, Clock, Pencil, Send, Undo2 } from 'lucide-react';
import { For, useMay } from '../live/use-self.tsx';
import { PriorityMark } from '../parts/priority-mark.tsx';
import { useUnits } from '../words/units.ts';
import { CueNotes } from './cues/cue-notes.tsx';
import { MessageBox, type Draft } from './cues/message-box.tsx';
import { OfferBox } from './cues/offer-box.tsx';
import { OfferStrip } from './cues/offer-strip.tsx';
import { useVerb } from './cues/use-verb.ts';
import { EvidenceList } from './evidence-list.tsx';
import { Section } from './section.tsx';

const ACTIONS = [
  ['prompt.done', 'done', Check],
  ['prompt.snooze', 'snooze', Clock],
  ['prompt.mute', 'mute', BellOff],
  ['prompt.veto', 'veto', Ban],
] as const;

type Place = 'active' | 'next' | 'queue';

function Cue({
  prompt,
  place,
  nowMs,
  onEdit,
  onProblem,
}: {
  prompt: HostPrompt;
  place: Place;
  nowMs: number;
  onEdit: (draft: Draft) => void;
  onProblem: (text: string | null) => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const call = useVerb(onProblem);
  const may = useMay();
  const { promptId } = prompt;
  const showNow = async () => {
    const answer = await call('prompt.show', { promptId });
    if (answer?.shown === false)
      onProblem(t('cues.notShown', { why: answer.reason === null ? '' : t(`suppress.${answer.reason}`) }));
  };
  const edit = () =>
    onEdit({
      promptId,
      text: units.words(prompt.headline),
      priority: prompt.priority === 'act-now' ? 'act-now' : 'advice',
    });
  return (
    <li className={`cue ${prompt.priority}`} data-prompt={promptId}>
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
          {!may('prompt.done') ? null : place === 'queue' ? (
            <>
              <button type="button" className="button small main" onClick={() => void showNow()}>
                <Send size={12} aria-hidden="true" /> {t('cues.show')}
              </button>
              <button type="button" className="button small" title={t('cues.editAbout')} onClick={edit}>
                <Pencil size={12} aria-hidden="true" /> {t('cues.edit')}
              </button>
            </>
          ) : null}
          {!may('prompt.done') ? null : prompt.rule === 'operator-message' ? (
            <button type="button" className="button small" onClick={() => void call('message.clear', {})}>
              <Undo2 size={12} aria-hidden="true" /> {t('message.clear')}
            </button>
          ) : (
            ACTIONS.map(([verb, word, Icon]) => (
              <button
                type="button"
                className="button small"
                key={verb}
                title={word === 'veto' ? t('cues.vetoAbout') : undefined}
                onClick={() => void call(verb, { promptId })}
              >
                <Icon size={12} aria-hidden="true" /> {t(`cues.${word}`)}
              </button>
            ))
          )}
        </span>
      </div>
    </li>
  );
}

/** What the host sees, what comes next, what waits with the operator; below it offers and the operator's own words. */
export function CueList({ state, nowMs }: { state: PanelState; nowMs: number }) {
  const { t } = useTranslation();
  const { stage, cues } = state;
  const [problem, setProblem] = useState<string | null>(null);
  const [draft, setDraft] = useState<Draft | null>(null);
  const call = useVerb(setProblem);
  /** The host has its words: the card need not come any more, if it still waits. */
  const passedOn = (promptId: string) => {
    if (stage.queued.some((prompt) => prompt.promptId === promptId)) void call('prompt.done', { promptId });
  };
  const parts: readonly (readonly [Place, readonly HostPrompt[], string | null])[] = [
    ['active', stage.active === null ? [] : [stage.active], t(stage.quiet === undefined ? 'cues.none' : 'cues.noneQuiet')],
    ['next', stage.next, null],
    ['queue', stage.queued, t('cues.noQueue')],
  ];
  return (
    <Section name="cues" title={t('cues.title')}>
      <div className="cue-scroll" tabIndex={0} role="group" aria-label={t('cues.title')}>
        {problem === null ? null : (
          <p className="remedy" role="alert">
            {t('host.notSent', { why: problem })}
          </p>
        )}
        <CueNotes stage={stage} />
        {parts.map(([place, prompts, empty]) =>
          prompts.length === 0 && empty === null ? null : (
            <div className="cue-part" key={place}>
              <h3>
                {t(`cues.${place}`)} {prompts.length > 1 ? <span className="dim">{prompts.length}</span> : null}
              </h3>
              {prompts.length === 0 ? <p className="empty">{empty}</p> : null}
              <ul className="rows">
                {prompts.map((prompt) => (
                  <Cue key={prompt.promptId} prompt={prompt} place={place} nowMs={nowMs} onEdit={setDraft} onProblem={setProblem} />
                ))}
              </ul>
            </div>
          ),
        )}
      </div>
      {cues === undefined ? null : <OfferStrip offers={cues.offers} products={state.products} nowMs={nowMs} />}
      <For verb="message.send">
        {cues === undefined ? null : <OfferBox products={state.products} currency={cues.offers.budget.currency} onProblem={setProblem} />}
        <MessageBox draft={draft} onSent={passedOn} onProblem={setProblem} />
      </For>
    </Section>
  );
} // prettier-ignore
