import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordedShow } from '@livecue/shared/contract';
import { CircleCheck, CircleDot } from 'lucide-react';
import { useUnits } from '../words/units.ts';
import { ShowDetail } from './show-detail.tsx';
import { showBegan } from './show-summary.ts';
import { useShows } from './use-shows.ts';

function Rows(props: { shows: readonly RecordedShow[]; chosen: string | null; onChoose: (showId: string) => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  return (
    <table className="shows-table">
      <thead>
        <tr>
          <th>{t('shows.began')}</th>
          <th className="number">{t('shows.length')}</th>
          <th>{t('shows.state')}</th>
        </tr>
      </thead>
      <tbody>
        {props.shows.map(({ showId, lastMs, ended }) => {
          const beganMs = showBegan(showId);
          const Icon = ended ? CircleCheck : CircleDot;
          return (
            <tr key={showId} className={showId === props.chosen ? 'chosen' : ''} onClick={() => props.onChoose(showId)}>
              <td>
                <button type="button" className="row-button" aria-pressed={showId === props.chosen}>
                  {units.date(beganMs)} {units.clock(beganMs).slice(0, 5)}
                </button>
              </td>
              <td className="number">{units.duration(lastMs - beganMs)}</td>
              <td className={ended ? 'dim' : 'good-text'}>
                <Icon size={14} aria-hidden="true" /> {t(ended ? 'shows.ended' : 'shows.running')}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The shows that are kept on this box, and what happened in one of them. */
export function ShowsScreen() {
  const { t } = useTranslation();
  const { shows, refused } = useShows();
  const [chosen, setChosen] = useState<string | null>(null);
  // The newest one, once: a show that begins later does not take its place.
  if (chosen === null && shows?.[0] !== undefined) setChosen(shows[0].showId);
  const open = shows?.find(({ showId }) => showId === chosen);
  return (
    <main className="sent shows">
      <div className="sent-head">
        <h1>{t('shows.title')}</h1>
        <p className="dim">{t('shows.lead')}</p>
        {refused === null ? null : (
          <p className="remedy" role="alert">
            {refused.forbidden ? t('shows.forbidden') : t('shows.failed', { why: refused.why })}
          </p>
        )}
      </div>
      <section className="section sent-list" aria-label={t('shows.list')}>
        {shows?.length === 0 ? <p className="empty">{t('shows.empty')}</p> : null}
        {shows === null || shows.length === 0 ? null : <Rows shows={shows} chosen={chosen} onChoose={setChosen} />}
      </section>
      <section className="section sent-detail" tabIndex={0} aria-label={t('shows.title')}>
        {open === undefined ? null : <ShowDetail key={open.showId} show={open} />}
      </section>
    </main>
  );
}
