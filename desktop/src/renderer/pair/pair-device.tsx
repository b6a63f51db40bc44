import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rolesToGive, type PanelResult, type PanelRole } from '@livecue/shared/contract';
import { useBeat, useLive, usePanel } from '../live/use-live.tsx';
import { useSelf } from '../live/use-self.tsx';
import { useUnits } from '../words/units.ts';
import { PairedDevices } from './paired-devices.tsx';
import { QrCode } from './qr-code.tsx';
import { wordsOf } from '../parts/error-words.ts';

const LOOPBACK = /^http:\/\/(127\.|localhost|\[::1\])/;

type Code = PanelResult<'pairing.create'>;

/** Where a code is entered, as addresses and as a QR code. */
export function CodeView({ made }: { made: Code }) {
  const { t } = useTranslation();
  const live = useLive();
  const units = useUnits();
  useBeat(1000);
  const nowMs = live.state === null ? 0 : live.state.nowMs + (performance.now() - live.receivedMs);
  const leftMs = made.expiresMs - nowMs;
  const outside = made.urls.find((url) => !LOOPBACK.test(url));
  return (
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
      {outside === undefined || made.fingerprint === null ? null : (
        <p className="certificate dim">
          {t('device.certificate')} <span className="mono fingerprint">{made.fingerprint}</span>
        </p>
      )}
      <div className="device-code" aria-label={t('device.code')}>
        {made.code.slice(0, 4)} {made.code.slice(4)}
      </div>
      <p className="dim">{leftMs > 0 ? t('device.valid', { age: units.duration(leftMs) }) : t('device.expired')}</p>
    </>
  );
}

/** A code for one more device, in one of the roles that this one may give. */
function NewCode({ roles }: { roles: readonly PanelRole[] }) {
  const { t } = useTranslation();
  const { client } = usePanel();
  const asked = useRef(false);
  const [made, setMade] = useState<Code | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [role, setRole] = useState<PanelRole>('operator');
  const [name, setName] = useState('');
  const create = useCallback(
    (wanted: PanelRole, called: string) => {
      setRole(wanted);
      // The code before was for another role.
      setMade(null);
      client.call('pairing.create', { role: wanted, name: called }).then(
        (result) => {
          setMade(result);
          setProblem(null);
        },
        (error: unknown) => setProblem(wordsOf(error)),
      );
    },
    [client],
  );
  useEffect(() => {
    if (!asked.current) create('operator', '');
    asked.current = true;
  }, [create]);
  return (
    <>
      <p className="dim">{t('device.lead')}</p>
      <fieldset>
        <legend>{t('device.role')}</legend>
        <div className="role-choices">
          {roles.map((each) => (
            <label key={each}>
              <input type="radio" name="role" checked={role === each} onChange={() => create(each, name)} />
              <strong>{t(`role.${each}`)}</strong> <span className="dim">{t(`role.about.${each}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <label className="device-name">
        <span>{t('paired.name')}</span>
        <input
          type="text"
          maxLength={40}
          value={name}
          placeholder={t('paired.nameHint')}
          onChange={({ target }) => setName(target.value)}
          onBlur={() => create(role, name)}
          onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        />
      </label>
      {problem === null ? null : <p className="remedy">{problem}</p>}
      {made === null ? null : <CodeView made={made} />}
      <button type="button" className="button" onClick={() => create(role, name)}>
        {t('device.again')}
      </button>
    </>
  );
}

/** One more device, and those that are paired. */
export function PairDevice({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const roles = rolesToGive(useSelf().role);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const title = t(roles.length === 0 ? 'paired.title' : 'device.title');
  return (
    <dialog className="dialog device" ref={dialog} onClose={onClose} aria-label={title}>
      <h2>{title}</h2>
      {roles.length === 0 ? null : <NewCode roles={roles} />}
      <PairedDevices heading={roles.length > 0} />
      <div className="row-line">
        <button type="button" className="button main row-end" onClick={() => dialog.current?.close()}>
          {t('device.close')}
        </button>
      </div>
    </dialog>
  );
}
