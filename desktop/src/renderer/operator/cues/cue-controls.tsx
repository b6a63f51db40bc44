import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Stage } from '@livecue/shared/prompt';
import { BellRing, Hand, OctagonX } from 'lucide-react';
import { useDeskKeys } from '../comments/use-list-keys.ts';
import { useVerb } from './use-verb.ts';

/** Asks once more, since after it the host sees nothing, or sees cards again. */
function Confirm({ off, onYes, onClose }: { off: boolean; onYes: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const which = off ? 'start' : 'stop';
  return (
    <dialog className="dialog confirm" ref={dialog} onClose={onClose} aria-label={t(`control.${which}Ask`)}>
      <h2>{t(`control.${which}Ask`)}</h2>
      <p className="dim">{t(`control.${which}About`)}</p>
      <div className="actions">
        <button
          type="button"
          className="button main"
          onClick={() => {
            onYes();
            dialog.current?.close();
          }}
        >
          {t(`control.${which}`)}
        </button>
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          {t('control.cancel')}
        </button>
      </div>
    </dialog>
  );
}

/** Do not disturb by one key, and the switch that stops all cues; both stay until they are taken back. */
export function CueControls({ stage, onProblem }: { stage: Stage; onProblem: (why: string | null) => void }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const call = useVerb(onProblem);
  const off = stage.quiet === 'switched-off';
  // Not `quiet`: in the opening, too, D holds, so that it stays quiet after it.
  const held = stage.hold ?? false;
  const keys = useMemo(
    () => ({
      d: () => void call('cues.control', { hold: !held }),
      k: () => setAsking(true),
    }),
    [call, held],
  );
  useDeskKeys(keys);
  const Switch = off ? BellRing : OctagonX;
  return (
    <>
      <button type="button" className="button small hold" aria-pressed={held} title={t('control.holdAbout')} onClick={keys.d}>
        <Hand size={14} aria-hidden="true" /> {t('control.hold')} <kbd>D</kbd>
      </button>
      <button type="button" className="button small kill" aria-pressed={off} title={t('control.stopAbout')} onClick={keys.k}>
        <Switch size={14} aria-hidden="true" /> {t(off ? 'control.start' : 'control.stop')} <kbd>K</kbd>
      </button>
      {asking ? <Confirm off={off} onYes={() => void call('cues.control', { off: !off })} onClose={() => setAsking(false)} /> : null}
    </>
  ); // prettier-ignore
}
