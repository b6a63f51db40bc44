import { useTranslation } from 'react-i18next';
import type { HostPrompt } from '@livecue/shared/prompt';
import { Timer } from 'lucide-react';
import { PriorityMark } from '../parts/priority-mark.tsx';
import { useUnits } from '../words/units.ts';
import { FittedHeadline } from './fitted-headline.tsx';
import { factParts, lineParts } from './line-parts.ts';

/** Counts older than this show their age (HP14). */
const FRESH_MS = 5_000;

/** The one card of the host, withdrawn the moment its condition ends. */
export function ActiveCard({ prompt, nowMs, leastPx }: { prompt: HostPrompt; nowMs: number; leastPx: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const leftMs = Math.max(0, prompt.expiresMs - nowMs);
  const ratio = Math.min(1, leftMs / Math.max(1, prompt.expiresMs - prompt.raisedMs));
  const countedMs = nowMs - prompt.evidence.window.closeMs;
  return (
    <article className={`card ${prompt.priority}`} data-prompt={prompt.promptId} aria-live="polite">
      <div className="card-head">
        <PriorityMark priority={prompt.priority} />
        {prompt.deadlineMs === undefined ? null : (
          <span className="deadline" role="timer" aria-live="off">
            <Timer className="icon" aria-hidden="true" />{' '}
            {t('host.deadline', { left: units.duration(Math.max(0, prompt.deadlineMs - nowMs) + 999) })}
          </span>
        )}
      </div>
      <FittedHeadline parts={lineParts(units.words(prompt.headline), units.language)} leastPx={leastPx} />
      <p className="reason">{units.words(prompt.reason)}</p>
      <p className="fact">
        {prompt.fact === null
          ? null
          : factParts(units.words(prompt.fact)).map((part, i) => (
              <span className="whole" key={i}>
                {part}
              </span>
            ))}
      </p>
      <div className="card-foot">
        <span className="counted">
          {countedMs > FRESH_MS ? t('host.dataAge', { age: units.age(countedMs) }) : null}
        </span>
        <span className="time-left" role="timer" aria-label={t('host.timeLeft')} aria-live="off">
          <span className="time-bar">
            <span className="time-bar-left" style={{ transform: `scaleX(${ratio.toFixed(3)})` }} />
          </span>
          {t('age.s', { n: Math.ceil(leftMs / 1000) })}
        </span>
      </div>
    </article>
  );
}
