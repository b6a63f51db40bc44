import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordedShow } from '@livecue/shared/contract';
import { fromMinorUnits } from '@livecue/shared/event';
import { usePanel } from '../live/use-live.tsx';
import { For } from '../live/use-self.tsx';
import { useUnits } from '../words/units.ts';
import { ReportLinks } from './report-links.tsx';
import type { Money, ProductSummary, RuleSummary, ShowSummary } from './show-summary.ts';
import { useSummary } from './use-shows.ts';
import { wordsOf } from '../parts/error-words.ts';

const MAX_PRODUCTS = 20;

function useMoney(): (money: Money) => string {
  const units = useUnits();
  return (money) =>
    Object.entries(money)
      .map(([currency, minor]) => units.money(fromMinorUnits(minor ?? 0, currency), currency))
      .join(' + ') || '–';
}

function Figure({ name, about, children }: { name: string; about?: string; children: ReactNode }) {
  return (
    <div className="show-figure">
      <dt>{name}</dt>
      <dd>
        <strong>{children}</strong>
        {about === undefined ? null : <span className="small dim">{about}</span>}
      </dd>
    </div>
  );
}

function Figures({ summary }: { summary: ShowSummary }) {
  const { t } = useTranslation();
  const units = useUnits();
  const money = useMoney();
  const { counts, raised, rules, unseenMs, startedMs, endedMs } = summary;
  const count = (n: number | undefined) => units.count(n ?? 0);
  const held = rules.reduce((sum, rule) => sum + rule.held, 0);
  const priorities = t('shows.priorities', { now: raised['act-now'], advice: raised.advice, info: raised.info });
  return (
    <dl className="show-figures">
      <Figure name={t('shows.viewers')}>{count(counts.viewersMost)}</Figure>
      <Figure name={t('shows.comments')}>{count(counts.comments)}</Figure>
      <Figure name={t('shows.orders')}>{count(counts.ordersPaid)}</Figure>
      <Figure name={t('shows.units')}>{count(counts.unitsPaid)}</Figure>
      <Figure name={t('shows.revenue')}>{money(summary.revenueMinor)}</Figure>
      <Figure name={t('shows.cues')} about={held === 0 ? priorities : `${priorities} · ${t('shows.held', { n: held })}`}>
        {units.count(raised['act-now'] + raised.advice + raised.info)}
      </Figure>
      <Figure name={t('shows.unseen')} about={unseenMs === 0 ? t('shows.allSeen') : units.duration(unseenMs)}>
        {units.percent(unseenMs / Math.max(1, endedMs - startedMs))}
      </Figure>
    </dl>
  );
} // prettier-ignore

function Rules({ rules }: { rules: readonly RuleSummary[] }) {
  const { t } = useTranslation();
  const units = useUnits();
  if (rules.length === 0) return <p className="empty">{t('shows.noRules')}</p>;
  return (
    <table>
      <thead>
        <tr>
          <th>{t('shows.rule')}</th>
          <th className="number">{t('shows.raised')}</th>
          <th className="number">{t('shows.done')}</th>
          <th className="number">{t('shows.share')}</th>
          <th className="number">{t('shows.toDone')}</th>
          <th className="number">{t('shows.heldBack')}</th>
        </tr>
      </thead>
      <tbody>
        {rules.map(({ rule, raised, done, held, medianToDoneMs }) => (
          <tr key={rule}>
            <td>{t(`rule.${rule}`)}</td>
            <td className="number">{units.count(raised)}</td>
            <td className="number">{units.count(done)}</td>
            <td className="number">{raised === 0 ? '–' : units.percent(done / raised)}</td>
            <td className="number">{medianToDoneMs === null ? '–' : units.age(medianToDoneMs)}</td>
            <td className="number">{units.count(held)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Products({ products }: { products: readonly ProductSummary[] }) {
  const { t } = useTranslation();
  const units = useUnits();
  const money = useMoney();
  if (products.length === 0) return <p className="empty">{t('shows.noProducts')}</p>;
  return (
    <>
      <table>
        <thead>
          <tr>
            <th className="number">{t('products.number')}</th>
            <th>{t('products.name')}</th>
            <th className="number">{t('shows.units')}</th>
            <th className="number">{t('shows.revenue')}</th>
          </tr>
        </thead>
        <tbody>
          {products.slice(0, MAX_PRODUCTS).map(({ productId, linkNumber, name, units: sold, revenueMinor }) => (
            <tr key={productId}>
              <td className="number">{linkNumber ?? '–'}</td>
              <td>{units.words(name)}</td>
              <td className="number">{units.count(sold)}</td>
              <td className="number">{money(revenueMinor)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {products.length > MAX_PRODUCTS ? (
        <p className="small dim">{t('shows.more', { n: products.length - MAX_PRODUCTS })}</p>
      ) : null}
    </>
  );
}

/** The whole report: opened, and made where there is none yet. */
function Report({ show }: { show: RecordedShow }) {
  const { t } = useTranslation();
  const { client } = usePanel();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const isThere = show.report === true || made;
  const trouble = (error: unknown) => setProblem(wordsOf(error));
  const make = () => {
    setMaking(true);
    setProblem(null);
    client
      .call('report.make', { showId: show.showId })
      .then((answer) => (answer.made ? setMade(true) : setProblem(t('report.nothing'))), trouble)
      .finally(() => setMaking(false));
  };
  return (
    <>
      {show.ended ? null : <p className="small dim">{t('report.runs')}</p>}
      {isThere ? <ReportLinks of="show" id={show.showId} onTrouble={trouble} /> : <p>{t('report.none')}</p>}
      {problem === null ? null : (
        <p className="remedy" role="alert">
          {t('rehearsal.failed', { why: problem })}
        </p>
      )}
      {isThere && show.ended ? null : (
        <For verb="report.make">
          <p>
            <button type="button" className="button small" disabled={making} onClick={make}>
              {t(making ? 'report.making' : isThere ? 'report.makeAgain' : 'report.make')}
            </button>
          </p>
        </For>
      )}
    </>
  );
}

/** What happened in one show, from its record. */
export function ShowDetail({ show }: { show: RecordedShow }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { summary, read, refused, again } = useSummary(show.showId);
  if (refused !== null) {
    return (
      <p className="remedy" role="alert">
        {t('shows.failed', { why: refused.why })}
      </p>
    );
  }
  if (summary === null) {
    const progress = { n: units.count(read), all: units.count(show.entries) };
    return <p className="empty">{t('shows.reading', progress)}</p>;
  }
  const { startedMs, endedMs, mode } = summary;
  return (
    <>
      <div className="row-line">
        <h2>
          {units.date(startedMs)} {units.clock(startedMs)}–{units.clock(endedMs)}
        </h2>
        {mode === null || mode === 'live' ? null : <span className="tag">{t(`mode.${mode}`)}</span>}
        <button type="button" className="button small row-end" onClick={again}>
          {t('shows.again')}
        </button>
      </div>
      {show.ended ? null : <p className="small dim">{t('shows.asOf', { at: units.clock(endedMs) })}</p>}
      {mode === null ? <p className="remedy">{t('shows.noBeginning')}</p> : null}
      <Figures summary={summary} />
      <div className="show-tables">
        <section>
          <h3>{t('shows.rules')}</h3>
          <Rules rules={summary.rules} />
        </section>
        <section>
          <h3>{t('shows.products')}</h3>
          <Products products={summary.products} />
        </section>
      </div>
      <h3>{t('shows.report')}</h3>
      <Report show={show} />
    </>
  );
}
