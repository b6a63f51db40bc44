import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PastRehearsal } from '@livecue/shared/contract';
import { Trash2 } from 'lucide-react';
import { ReportLinks } from '../shows/report-links.tsx';
import { useUnits } from '../words/units.ts';
import { BadLines } from './running-rehearsal.tsx';

function Row(props: { past: PastRehearsal; may: boolean; onRemove: () => void; onTrouble: (error: unknown) => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { rehearsalId, start, beganMs, playedMs, cards, check, problem, report } = props.past;
  const { from } = start;
  const at = `${units.date(beganMs)} ${units.clock(beganMs).slice(0, 5)}`;
  return (
    <tr>
      <td>{at}</td>
      <td className="wrapped">
        {from.kind === 'recording' ? from.name : t('rehearsal.minutesOf', { profile: t(`rehearsal.profiles.${from.profile}`).split(/[:：]/)[0], n: from.minutes, seed: from.seed })}
        <BadLines check={check} />
      </td>
      <td className="number">{units.duration(playedMs)}</td>
      <td className="number">{units.count(cards)}</td>
      <td className="wrapped">
        {problem === null ? (
          <span className="dim">{t('rehearsal.done')}</span>
        ) : (
          <span className="wrong-text">{t(`rehearsal.problem.${problem.kind}`, { detail: problem.detail })}</span>
        )}
      </td>
      <td><div className="past-does">
        {report ? <ReportLinks of="rehearsal" id={rehearsalId} short onTrouble={props.onTrouble} /> : null}
        {props.may ? (
          <button type="button" className="icon-button" aria-label={t('rehearsal.removePast', { at })} title={t('rehearsal.removePast', { at })} onClick={props.onRemove}>
            <Trash2 size={14} aria-hidden="true" />
          </button>
        ) : null}
      </div></td>
    </tr>
  );
} // prettier-ignore

/** Rehearsals that are over, with their reports. Removing one takes a second press: it does not come back. */
export function PastRehearsals(props: {
  past: readonly PastRehearsal[];
  may: boolean;
  onRemove: (rehearsalId: string) => void;
  onTrouble: (error: unknown) => void;
}) {
  const { t } = useTranslation();
  const [sure, setSure] = useState<string | null>(null);
  if (props.past.length === 0) return <p className="empty">{t('rehearsal.noPast')}</p>;
  return (
    <table className="past-rehearsals">
      <thead>
        <tr>
          <th>{t('rehearsal.began')}</th>
          <th>{t('rehearsal.what')}</th>
          <th className="number">{t('rehearsal.length')}</th>
          <th className="number">{t('rehearsal.cards')}</th>
          <th>{t('rehearsal.result')}</th>
          <th>{t('shows.report')}</th>
        </tr>
      </thead>
      <tbody>
        {props.past.map((past) =>
          sure === past.rehearsalId ? (
            <tr key={past.rehearsalId}>
              <td colSpan={6} role="alert">
                {t('rehearsal.removePast', { at: past.rehearsalId })}{' '}
                <button type="button" className="button small" onClick={() => props.onRemove(past.rehearsalId)}>
                  {t('rehearsal.remove')}
                </button>{' '}
                <button type="button" className="button small" onClick={() => setSure(null)}>
                  {t('rehearsal.keep')}
                </button>
              </td>
            </tr>
          ) : (
            <Row key={past.rehearsalId} past={past} may={props.may} onRemove={() => setSure(past.rehearsalId)} onTrouble={props.onTrouble} />
          ),
        )}
      </tbody>
    </table>
  ); // prettier-ignore
}
