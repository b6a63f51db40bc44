import { useTranslation } from 'react-i18next';
import type { ProductDetail, ProductState } from '@livecue/shared/contract';
import { Intent, type Forecast } from '@livecue/shared/insight';
import { useUnits } from '../../words/units.ts';
import { Fact } from './fact.tsx';

/** Distinct viewers by intent, and where that was read. */
export function QuestionsWhy({ detail }: { detail: ProductDetail }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { questions } = detail;
  const asked = Object.entries(questions.viewers)
    .filter(([, n]) => n > 0)
    .toSorted((a, b) => b[1] - a[1]);
  const word = (key: string) => {
    const intent = Intent.safeParse(key).data;
    return intent === undefined ? key : t(`intent.${intent}`);
  };
  if (asked.length === 0) return <p className="empty">{t('detail.noQuestions')}</p>;
  return (
    <>
      <p className="asked-all">
        {asked.map(([key, n]) => (
          <span key={key}>
            <strong>{n}</strong> {word(key)}
          </span>
        ))}
      </p>
      <p className="small dim">
        {t('detail.questionsWhy', {
          n: units.count(questions.comments),
          from: units.clock(questions.openMs),
          to: units.clock(questions.closeMs),
          model: questions.modelVersion,
        })}
      </p>
    </>
  );
}

function StockFacts({ forecast }: { forecast: Forecast }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { stock, stockOut, soldOut, restockUnits, limitPerBuyer } = forecast;
  return (
    <>
      <Fact name={t('detail.stock')}>{stock === null ? t('products.unknown') : units.count(stock)}</Fact>
      {stockOut === null ? null : (
        <Fact name={t('detail.stockOut')}>
          {t('detail.stockOutWhy', {
            n: units.ahead(stockOut.medianMinutes),
            soonest: units.ahead(stockOut.soonest80Minutes),
            latest: stockOut.latest80Minutes === null ? t('detail.dayOrMore') : units.ahead(stockOut.latest80Minutes),
          })}
        </Fact>
      )}
      {soldOut === null ? null : (
        <Fact name={t('products.soldOut')}>
          {t('detail.soldOut', { n: units.rate(soldOut.minutes), units: units.rate(soldOut.missedUnits) })}
        </Fact>
      )}
      {restockUnits === null ? null : (
        <Fact name={t('detail.restock')}>{t('detail.restockWhy', { n: units.count(restockUnits) })}</Fact>
      )}
      {limitPerBuyer === null ? null : (
        <Fact name={t('detail.limit')}>{t('detail.limitWhy', { n: units.count(limitPerBuyer) })}</Fact>
      )}
    </>
  );
}

/** What was sold, what is expected, and when the stock is gone. */
export function SalesWhy({ detail, product }: { detail: ProductDetail; product: ProductState }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { sales, forecast } = detail;
  return (
    <dl className="why">
      <Fact name={t('detail.sold')}>
        {t('detail.soldWhy', {
          n: units.count(product.unitsSold),
          units: units.count(sales.units),
          from: units.clock(sales.openMs),
          to: units.clock(sales.closeMs),
        })}
      </Fact>
      {forecast?.ahead.map(({ minutes, mean, lo80, hi80 }) => (
        <Fact key={minutes} name={t('detail.ahead', { n: minutes })}>
          {t('detail.aheadWhy', { mean: units.rate(mean), low: units.count(lo80), high: units.count(hi80) })}
        </Fact>
      ))}
      {forecast === null ? null : <StockFacts forecast={forecast} />}
      <Fact name={t('detail.model')}>
        <span className="mono">{detail.forecastModel}</span>
      </Fact>
    </dl>
  );
}
