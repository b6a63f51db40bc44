import { useTranslation } from 'react-i18next';
import type { PanelResult, StudioStatus } from '@livecue/shared/contract';
import { Copy, MonitorPlay, MonitorX } from 'lucide-react';
import { TroubleText } from '../../parts/trouble-text.tsx';
import { useCopy } from '../../parts/use-copy.ts';
import { useUnits } from '../../words/units.ts';
import { LevelIcon, type Level } from '../level-icon.tsx';

/** Trouble that viewers see counts as wrong, whatever the connection says. */
export function studioLevel({ state, onAir }: Pick<StudioStatus, 'state' | 'onAir'>): Level {
  if (state === 'failed' || onAir === 'reconnecting' || onAir === 'failed-start') return 'wrong';
  if (state === 'degraded' || state === 'waiting') return 'warn';
  return state === 'open' ? 'ok' : 'off';
}

function Studio({ status }: { status: StudioStatus }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { onAir, onAirMs, scene, fps, lostFrames } = status;
  const facts = [
    onAir === null ? null : t(`studio.onAir.${onAir}`, { time: units.duration(onAirMs ?? 0) }),
    scene,
    fps === null ? null : t('studio.fps', { n: units.rate(fps) }),
    lostFrames === null ? null : t('studio.lost', { n: units.percent(lostFrames) }),
    status.recording === true ? t('studio.recording') : null,
    status.replayBuffer === 'running' ? t('studio.buffer') : null,
  ].filter((fact) => fact !== null);
  return (
    <li className={`row ${studioLevel(status)}`}>
      <LevelIcon level={studioLevel(status)} />
      <div className="row-main">
        <div className="row-line">
          <strong>{status.name}</strong>
          <span className="dim">{t(`studio.state.${status.state}`)}</span>
          <span className="row-end dim small">{facts.join(' · ')}</span>
        </div>
        {status.problem === null ? null : <TroubleText trouble={status.trouble} problem={status.problem} />}
      </div>
    </li>
  );
}

/** OBS and the overlay page: how they do, and the address that OBS needs. */
export function StudioLines({ studio, overlay, onClear }: Pick<PanelResult<'actions.read'>, 'studio' | 'overlay'> & { onClear: () => void }) {
  const { t } = useTranslation();
  const { last, copy } = useCopy();
  const { url, pages, state } = overlay;
  const Icon = pages > 0 ? MonitorPlay : MonitorX;
  const copied = last?.text === url ? (last?.done === true ? t('actions.copied') : t('actions.notCopied')) : t('actions.copy');
  return (
    <>
      {studio.length === 0 ? <p className="small dim">{t('studio.none')}</p> : null}
      <ul className="rows">{studio.map((status) => <Studio key={status.name} status={status} />)}</ul>
      <div className="row-line overlay-line">
        <Icon size={14} aria-hidden="true" /> <strong>{t('actions.overlay')}</strong>
        <span className="small dim words">{url === null ? t('actions.noServer') : pages > 0 ? t('actions.pages', { n: pages }) : t('actions.noPage')}</span>
        <span className="row-end actions">
          {url === null ? null : (
            <button type="button" className="button small" onClick={() => copy(url)}>
              <Copy size={12} aria-hidden="true" /> {copied}
            </button>
          )}
          <button type="button" className="button small" disabled={state.product === null && state.offer === null && state.answer === null} onClick={onClear}>
            {t('actions.clear')}
          </button>
        </span>
      </div>
    </>
  );
} // prettier-ignore
