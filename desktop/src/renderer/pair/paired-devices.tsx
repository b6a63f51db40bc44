import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PairedDevice } from '@livecue/shared/contract';
import { useLive, usePanel } from '../live/use-live.tsx';
import { useMay } from '../live/use-self.tsx';
import { useUnits } from '../words/units.ts';
import { wordsOf } from '../parts/error-words.ts';

const READ_MS = 2_000;

function useDevices() {
  const { client } = usePanel();
  const [devices, setDevices] = useState<readonly PairedDevice[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const read = useCallback(
    () =>
      client.call('devices.paired', {}).then(
        (answer) => {
          setProblem(null);
          setDevices(answer.devices);
        },
        (error: unknown) => setProblem(wordsOf(error)),
      ),
    [client],
  );
  useEffect(() => {
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => clearInterval(timer);
  }, [read]);
  return { devices, problem, setProblem, read };
}

/** Asks where the button was, since it cannot be undone without the device at hand. */
function Ask(props: { device: PairedDevice; name: string; onYes: () => void; onNo: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="remove-ask" role="alertdialog" aria-label={t('paired.removeAsk', { name: props.name })}>
      <strong>{t('paired.removeAsk', { name: props.name })}</strong>
      <span className="dim">{t(props.device.self ? 'paired.removeSelf' : 'paired.removeAbout')}</span>
      <span className="row-line">
        <button type="button" className="button small main" onClick={props.onYes}>
          {t('paired.remove')}
        </button>
        <button type="button" className="button small" autoFocus onClick={props.onNo}>
          {t('paired.cancel')}
        </button>
      </span>
    </div>
  );
}

/** Who is paired, as what, since when, and whether it is here. */
export function PairedDevices({ heading }: { heading: boolean }) {
  const { t } = useTranslation();
  const { client } = usePanel();
  const units = useUnits();
  const nowMs = useLive().state?.nowMs ?? 0;
  const mayRemove = useMay()('devices.remove');
  const { devices, problem, setProblem, read } = useDevices();
  const [asking, setAsking] = useState<string | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const nameOf = ({ name, device }: PairedDevice) => (name === '' ? `${t('paired.unnamed')} · ${device}` : name);
  const remove = (one: PairedDevice) => {
    setAsking(null);
    client.call('devices.remove', { device: one.device }).then(
      ({ removed }) => {
        setSaid(t(removed ? 'paired.removed' : 'paired.gone', { name: nameOf(one) }));
        void read();
      },
      (error: unknown) => setProblem(wordsOf(error)),
    );
  };
  return (
    <section className="paired-devices" aria-label={t('paired.title')}>
      {heading ? <h3>{t('paired.title')}</h3> : null}
      <p className="dim small">{t('paired.lead')}</p>
      {problem === null ? null : <p className="remedy">{t('paired.failed', { why: problem })}</p>}
      <p className="small" role="status">
        {said}
      </p>
      {devices?.length === 0 ? <p className="empty">{t('paired.empty')}</p> : null}
      <ul className="paired-list">
        {(devices ?? []).map((one) => (
          <li key={one.device} data-device={one.device}>
            <span className="paired-name">
              <strong>{nameOf(one)}</strong> {one.self ? <span className="tag">{t('paired.self')}</span> : null}
            </span>
            <span>{t(`role.${one.role}`)}</span>
            <span className="dim small">
              {t('paired.since')} {one.sinceMs === null ? t('paired.unknown') : units.date(one.sinceMs)}
            </span>
            <span className={`small ${one.connected ? 'good-text' : 'dim'}`}>
              {one.connected ? t('paired.here') : `${t('paired.seen')} ${one.seenMs === null ? t('paired.unknown') : t('age.ago', { age: units.age(Math.max(0, nowMs - one.seenMs)) })}`}
            </span>
            {mayRemove && asking !== one.device ? (
              <button type="button" className="button small" aria-label={t('paired.removeAsk', { name: nameOf(one) })} onClick={() => setAsking(one.device)}>
                {t('paired.remove')}
              </button>
            ) : null}
            {asking === one.device ? <Ask device={one} name={nameOf(one)} onYes={() => remove(one)} onNo={() => setAsking(null)} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
} // prettier-ignore
