import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ActionAsk } from '@livecue/shared/contract';

/** The question before the first time. Closing it answers nothing: the question waits in the list. */
export function AskDialog({ ask, onAnswer, onClose }: { ask: ActionAsk; onAnswer: (allowed: boolean) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const words = { target: ask.target === 'overlay' ? t('actions.overlay') : ask.target, kind: t(`actions.kind.${ask.kind}`) };
  return (
    <dialog className="dialog confirm" ref={dialog} onClose={onClose} aria-label={t('actions.ask.title')}>
      <h2>{t('actions.ask.title')}</h2>
      <p>{t(ask.simulated ? 'actions.ask.simulated' : 'actions.ask.live', words)}</p>
      <div className="actions">
        <button type="button" className="button main" onClick={() => onAnswer(true)}>{t('actions.ask.yes')}</button>
        <button type="button" className="button" onClick={() => onAnswer(false)}>{t('actions.ask.no')}</button>
      </div>
    </dialog>
  );
} // prettier-ignore
