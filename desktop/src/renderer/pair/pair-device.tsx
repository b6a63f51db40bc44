import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelResult, PanelRole } from '@livecue/shared/contract';
import { useBeat, useLive, usePanel } from '../live/use-live.tsx';
import { useUnits } from '../words/units.ts';
import { QrCode } from './qr-code.tsx';

const LOOPBACK = /^http:\/\/(127\.|localhost|\[::1\])/;

/** A fresh code for one more device, with the addresses to open there. */
export function PairDevice({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { client } = usePanel();
  const live = useLive();
  const units = useUnits();
  useBeat(1000);
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = useRef(false);
  const [made, setMade] = useState<PanelResult<'pairing.create'> | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [role, setRole] = useState<PanelRole>('operator');
  const create = useCallback(
    (wanted: PanelRole) => {
      setRole(wanted);
      client.call('pairing.create', { role: wanted }).then(
        (result) => {
          setMade(result);
          setProblem(null);
        },
        (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
      );
    },
    [client],
  );
  useEffect(() => {
    dialog.current?.showModal();
    if (!asked.current) create('operator');
    asked.current = true;
  }, [create]);

  const nowMs = live.state === null ? 0 : live.state.nowMs + (performance.now() - live.receivedMs);
  const leftMs = made === null ? 0 : made.expiresMs - nowMs;
  const outside = made?.urls.find((url) => !LOOPBACK.test(url));
  return (
    <dialog className="dialog device" ref={dialog} onClose={onClose} aria-label={t('device.title')}>
      <h2>{t('device.title')}</h2>
      <p className="dim">{t('device.lead')}</p>
      <fieldset>
        <legend>{t('device.role')}</legend>
        <div className="choices">
          {(['operator', 'host'] as const).map((each) => (
            <label key={each}>
              <input type="radio" name="role" checked={role === each} onChange={() => create(each)} />
              {t(`device.${each}`)}
            </label>
          ))}
        </div>
      </fieldset>
      {problem === null ? null : <p className="remedy">{problem}</p>}
      {made === null ? null : (
        <>
          <ul className="urls">
            {made.urls.map((url) => (
              <li className="mono" key={url}>
                {url}
              </li>
            ))}
          </ul>
          {made.urls.length === 0 ? <p className="remedy">{t('device.none')}</p> : null}
          {made.urls.length > 0 && outside === undefined ? <p className="remedy">{t('device.loopback')}</p> : null}
          {outside === undefined || leftMs <= 0 ? null : (
            <QrCode text={`${outside}#/pair?code=${made.code}`} label={t('device.scan')} />
          )}
          <div className="device-code" aria-label={t('device.code')}>
            {made.code.slice(0, 4)} {made.code.slice(4)}
          </div>
          <p className="dim">{leftMs > 0 ? t('device.valid', { age: units.duration(leftMs) }) : t('device.expired')}</p>
        </>
      )}
      <div className="row-line">
        <button type="button" className="button" onClick={() => create(role)}>
          {t('device.again')}
        </button>
        <button type="button" className="button main row-end" onClick={() => dialog.current?.close()}>
          {t('device.close')}
        </button>
      </div>
    </dialog>
  );
}
