import { useTranslation } from 'react-i18next';
import type { InterestWhy as Why } from '@livecue/shared/contract';
import { SERIES_SECONDS } from '../../live/series.ts';
import { usePanel } from '../../live/use-live.tsx';
import { useUnits } from '../../words/units.ts';
import { Spark } from '../spark.tsx';
import { Direction } from './direction.tsx';
import { Fact } from './fact.tsx';

function PastPeak({ peak }: { peak: NonNullable<Why['pastPeak']> }) {
  const { t } = useTranslation();
  const units = useUnits();
  const comments = t(peak.commentsRising ? 'detail.commentsRising' : 'detail.commentsFalling');
  return (
    <Fact name={t('detail.peak')}>
      {t('detail.peakWhy', {
        time: units.clock(peak.peakMs),
        peak: units.rate(peak.peakLevel),
        level: units.rate(peak.level),
        comments,
        strength: units.rate(peak.strength),
      })}
    </Fact>
  );
}

/** Level, direction and surprise, what they are made of and what they are judged by. */
export function InterestWhy({ why, productId, nowMs }: { why: Why | null; productId: string; nowMs: number }) {
  const { t } = useTranslation();
  const { store } = usePanel();
  const units = useUnits();
  if (why === null) return <p className="empty">{t('detail.noInterest')}</p>;
  const values = store.series.read(nowMs, SERIES_SECONDS, (point) =>
    point.comments === null ? null : (point.interest[productId] ?? 0),
  );
  const made = why.signals.map(({ signal, count, share }) =>
    t('detail.share', { n: units.count(count), what: t(`detail.signal.${signal}`), share: `${Math.round(share * 100)} %` }),
  );
  return (
    <>
      <div className="big-spark">
        <Spark stretched values={values} label={`${t('detail.interest')}: ${units.rate(why.level)}`} />
      </div>
      <dl className="why">
        <Fact name={t('detail.now')}>{t('detail.level', { n: units.rate(why.level), expected: units.rate(why.expected) })}</Fact>
        <Fact name={t('detail.change')}>
          <Direction direction={why.direction} />{' '}
          {t('detail.slope', { direction: t(`detail.direction.${why.direction}`), n: `${why.slope > 0 ? '+' : ''}${units.rate(why.slope)}` })}
        </Fact>
        <Fact name={t('detail.surprise')}>
          {t('detail.surpriseWhy', {
            n: units.rate(why.surprise),
            p: why.pValue < 0.001 ? why.pValue.toExponential(0) : why.pValue.toPrecision(1),
            threshold: String(why.threshold.pValue),
            level: units.rate(why.threshold.level),
          })}
        </Fact>
        {made.length === 0 ? null : <Fact name={t('detail.madeOf')}>{made.join(' · ')}</Fact>}
        {why.pastPeak === null ? null : <PastPeak peak={why.pastPeak} />}
        <Fact name={t('detail.window')}>{t('detail.interestWindow', { n: units.age(why.windowMs) })}</Fact>
      </dl>
    </>
  );
} // prettier-ignore
